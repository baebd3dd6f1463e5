"""A believable term at two institutions, made up by a seeded generator.

The same moment gives the same rows; another one gives the same term, moved in time.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

Row = dict[str, Any]

LEARNERS = 200
WEEKS = 12
"""Length of a course."""

_MEANINGFUL = ("knowledge_check", "practice_activity", "reflection", "discussion")


@dataclass(frozen=True)
class _Plan:
    """A course to make: title, code, difficulty, age in weeks, and topics by module."""

    title: str
    code: str
    difficulty: str
    weeks_ago: int
    modules: Mapping[str, tuple[str, ...]]


_INSTITUTIONS: dict[tuple[str, str], tuple[_Plan, ...]] = {
    ("Northfield University", "university"): (
        _Plan(
            "Introduction to Statistics",
            "STAT101",
            "beginner",
            15,
            {
                "Describing data": ("Tables and charts", "Centre and spread", "Comparing groups"),
                "Probability": ("Events", "Conditional probability", "Distributions"),
                "Inference": ("Sampling", "Confidence intervals", "Hypothesis tests"),
                "Regression": ("Scatter plots", "Least squares", "Reading residuals"),
            },
        ),
        _Plan(
            "Cell Biology",
            "BIO210",
            "intermediate",
            13,
            {
                "The cell": ("Membranes", "Organelles", "The cytoskeleton"),
                "Energy": ("Enzymes", "Respiration", "Photosynthesis"),
                "Information": ("DNA replication", "Transcription", "Translation"),
                "Cell division": ("The cell cycle", "Mitosis", "Meiosis"),
            },
        ),
        _Plan(
            "Algorithms and Data Structures",
            "CS220",
            "advanced",
            11,
            {
                "Analysis": ("Growth of functions", "Recurrences", "Amortised cost"),
                "Sorting and searching": ("Merge sort", "Heaps", "Binary search trees"),
                "Graphs": ("Breadth and depth", "Shortest paths", "Spanning trees"),
                "Design": ("Divide and conquer", "Greedy choices", "Dynamic programming"),
            },
        ),
        _Plan(
            "Modern World History",
            "HIST115",
            "beginner",
            8,
            {
                "Empires": ("Trade and conquest", "Colonial rule", "Independence"),
                "Industry": ("Steam and cotton", "The city", "Labour movements"),
                "War and peace": ("1914 to 1918", "The interwar years", "1939 to 1945"),
                "One world": ("The Cold War", "Decolonisation", "Globalisation"),
            },
        ),
    ),
    ("Brightwater Online Academy", "online_platform"): (
        _Plan(
            "Project Management Essentials",
            "PM100",
            "intermediate",
            14,
            {
                "Starting": ("Stakeholders", "Scope", "The business case"),
                "Planning": ("Work breakdown", "Schedules", "Risk"),
                "Delivering": ("Leading a team", "Tracking progress", "Handling change"),
                "Closing": ("Handover", "Lessons learned", "Celebrating"),
            },
        ),
        _Plan(
            "Data Analysis with SQL",
            "SQL200",
            "intermediate",
            9,
            {
                "Asking questions": ("Select and filter", "Sorting", "NULL"),
                "Joining": ("Inner joins", "Outer joins", "Self joins"),
                "Summing up": ("Aggregates", "Grouping", "Window functions"),
                "Trusting the answer": ("Grain", "Duplicates", "Testing a query"),
            },
        ),
    ),
}

_FIRST_NAMES = (  # noqa: SIM905 (a name a line would fill two screens)
    "Aisha Alejandro Amara Andrei Anna Ben Carla Chen Chloe Daniel Diego Ebba Elif Emeka Emma "
    "Fatima Felix Grace Hana Hugo Ines Isaac Jamal Jonas Julia Kofi Lars Leila Liam Lucia Maja "
    "Marco Mei Nadia Noah Olga Omar Priya Ravi Rosa Samuel Sara Sofia Tariq Thandi Tomas Uma "
    "Victor Yuki Zoe"
).split()
_LAST_NAMES = (  # noqa: SIM905
    "Adeyemi Andersson Bauer Becker Bianchi Chen Costa Dubois Eriksson Fernandez Fischer Garcia "
    "Gupta Haddad Hansen Ivanova Jansen Johnson Kaya Khan Kim Kowalski Kumar Lopez Martin Mbeki "
    "Moreau Murphy Nakamura Nguyen Novak Okafor Oliveira Patel Petrov Quinn Rahman Rossi Santos "
    "Schmidt Silva Singh Smith Tanaka Taylor Virtanen Walker Wang Yilmaz Zhang"
).split()

_TERMS = {"diagnostic": ("0", 1), "formative": ("0.10", 3), "summative": ("0.60", 2)}
"""Share of the course grade and attempts allowed, by the purpose of an assessment."""
_QUESTIONS = [f"q{number}" for number in range(1, 11)]
_RULE = {"all_of": ["a", "b"], "partial": "net"}
_ANSWERS = {4: ["a", "b"], 2: ["a"], 0: ["c"]}
"""What is answered for so many points: both that are right, one, or another one."""


@dataclass
class _Course:
    """A course as it stands in the tables."""

    id: uuid.UUID
    start: datetime
    ease: float
    """Standard deviations of ability that the level of the course is worth."""
    has_sessions: bool
    """Whether the application makes sessions; where it does not, they are derived."""
    sections: list[tuple[uuid.UUID, float]] = field(default_factory=list)
    """Id and the minutes that a typical learner needs."""
    questions: dict[uuid.UUID, list[float]] = field(default_factory=dict)
    """How much easier each question of an assessment is than the mean, as a probability."""
    quizzes: dict[int, uuid.UUID] = field(default_factory=dict)
    """The quiz that follows a section, by the section's number."""
    diagnostic: uuid.UUID = field(init=False)
    final: uuid.UUID = field(init=False)


@dataclass(frozen=True)
class _Learner:
    """A learner and what decides how they fare."""

    id: uuid.UUID
    ability: float
    """Standard deviations above the mean."""
    sessions_a_week: float
    habit: str
    """The kind of interaction that they turn to most."""


def make(now: datetime) -> dict[str, list[Row]]:
    """Return the rows of each table, in an order in which they can be inserted.

    `progress` is no table: its rows are the steps by which section_progress came about.

    Args:
        now: The end of what happened.
    """
    return _Generator(now).rows


class _Generator:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.chance = random.Random(1956)  # noqa: S311 (no secret: the same rows each time)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        today = datetime.combine(now.astimezone(UTC), time(), UTC)
        self.monday = today - timedelta(days=today.weekday())
        names = self.chance.sample(
            [(first, last) for first in _FIRST_NAMES for last in _LAST_NAMES], LEARNERS
        )
        # The second institution is the smaller one.
        shares = (names[: LEARNERS * 2 // 3], names[LEARNERS * 2 // 3 :])
        for (institution, plans), share in zip(_INSTITUTIONS.items(), shares, strict=True):
            institution_id = self.add(
                "educational_institutions", name=institution[0], type=institution[1]
            )
            courses = [self._course(institution_id, plan) for plan in plans]
            for name in share:
                learner = self._learner(institution_id, *name)
                for course in self.chance.sample(courses, self.chance.choice((1, 2, 2))):
                    self._enrollment(learner, course)

    def add(self, table: str, **values: Any) -> uuid.UUID:
        """Add a row, and return its id."""
        identity = self.new_id()
        self.rows[table].append({"id": identity, **values})
        return identity

    def new_id(self) -> uuid.UUID:
        """Return an id like gen_random_uuid(), and yet the same each time."""
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _course(self, institution_id: uuid.UUID, plan: _Plan) -> _Course:
        start = self.monday - timedelta(weeks=plan.weeks_ago)
        about = [f"Explain and apply: {name}" for name in plan.modules]
        has_sessions = plan.difficulty != "beginner"
        course = _Course(
            self.add(
                "educational_courses",
                institution_id=institution_id,
                title=plan.title,
                course_code=plan.code,
                learning_objectives=about,
                difficulty_level=plan.difficulty,
                estimated_duration_hours=len(plan.modules) * 4,
                status="published",
                published_at=start - timedelta(weeks=3),
                academic_term=f"{start:%B %Y}",
                derive_sessions=not has_sessions,
            ),
            start,
            {"beginner": 0.5, "intermediate": 0.0, "advanced": -0.5}[plan.difficulty],
            has_sessions,
        )
        course.diagnostic = self._assessment(course, "Where do you start?", "diagnostic", about)
        previous: list[str] = []
        for number, (module, topics) in enumerate(plan.modules.items(), 1):
            objectives = [f"Explain {topic[0].lower()}{topic[1:]}" for topic in topics]
            module_id = self.add(
                "learning_modules",
                course_id=course.id,
                title=module,
                module_order=number,
                learning_objectives=objectives,
                bloom_taxonomy_level=("understand", "apply", "analyze", "evaluate")[number - 1],
                prerequisite_modules=previous,
                has_assessment=True,
            )
            previous = [str(module_id)]
            for order, (title, kind) in enumerate(_sections(module, topics), 1):
                minutes = self.chance.randint(40, 85)
                section_id = self.add(
                    "learning_sections",
                    module_id=module_id,
                    title=title,
                    section_order=order,
                    content_type=kind,
                    content_data={"source": f"{plan.code.lower()}/{number}/{order}"},
                    section_objectives=objectives[order - 1 : order],
                    estimated_reading_time=minutes,
                    course_id=course.id,
                )
                course.sections.append((section_id, minutes))
            course.quizzes[len(course.sections) - 1] = self._assessment(
                course, f"Quiz: {module}", "formative", objectives, section_id=section_id
            )
        course.final = self._assessment(course, "Final examination", "summative", about)
        return course

    def _assessment(
        self,
        course: _Course,
        title: str,
        kind: str,
        objectives: list[str],
        *,
        section_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        weight, attempts_allowed = _TERMS[kind]
        assessment_id = self.add(
            "educational_assessments",
            course_id=course.id,
            section_id=section_id,
            title=title,
            assessment_type=kind,
            format="multiple_choice",
            learning_objectives=objectives,
            assessment_criteria={"rubric": "4 points a question"},
            total_points=40,
            passing_score=None if kind == "diagnostic" else 24,
            weight_in_course=weight,
            attempts_allowed=attempts_allowed,
            questions=[
                {"id": name, "points": 4, "objectives": [objectives[number % len(objectives)]]}
                for number, name in enumerate(_QUESTIONS)
            ],
            correct_answers=dict.fromkeys(_QUESTIONS, _RULE),
        )
        course.questions[assessment_id] = [self.chance.gauss(0, 0.12) for _ in _QUESTIONS]
        return assessment_id

    def _learner(self, institution_id: uuid.UUID, first: str, last: str) -> _Learner:
        chance = self.chance
        number = len(self.rows["learners"]) + 1
        learner_id = self.add(
            "learners",
            institution_id=institution_id,
            email=f"{first}.{last}.{number}@example.org".lower(),
            first_name=first,
            last_name=last,
            learning_style=chance.choice(
                ("visual", "visual", "auditory", "kinesthetic", "reading_writing")
            ),
            academic_level=chance.choice(("undergraduate", "undergraduate", "graduate")),
            preferred_difficulty=chance.choice(("beginner", "intermediate", "advanced")),
            data_consent={},
        )
        habit = chance.choice(("content_view", "content_view", *_MEANINGFUL))
        return _Learner(learner_id, chance.gauss(0, 1), chance.uniform(1.2, 4.5), habit)

    def _enrollment(self, learner: _Learner, course: _Course) -> None:
        chance = self.chance
        enrolled = course.start - timedelta(minutes=chance.randint(60, 20 * 24 * 60))
        study = _Study(self, learner, course)
        fate = chance.random()
        if fate > 0.05:  # the others never start
            withdrawn = chance.uniform(7, 50) if fate < 0.17 else None
            study.run(withdrawn)
        status, completed = study.outcome(withdrew=fate < 0.17)
        self.add(
            "course_enrollments",
            learner_id=learner.id,
            course_id=course.id,
            enrollment_date=enrolled,
            academic_term=f"{course.start:%B %Y}",
            completion_status=status if fate > 0.05 else "enrolled",
            completion_date=completed,
        )
        if study.position > 4 and chance.random() < 0.6:
            self.rows["course_ratings"].append(
                {
                    "course_id": course.id,
                    "learner_id": learner.id,
                    "rating": chance.choices((1, 2, 3, 4, 5), (1, 2, 5, 10, 8))[0],
                }
            )


class _Study:
    """One learner's way through one course."""

    def __init__(self, generator: _Generator, learner: _Learner, course: _Course) -> None:
        self.generator = generator
        self.rows = generator.rows
        self.chance = generator.chance
        self.learner = learner
        self.course = course
        self.ability = learner.ability + course.ease
        self.speed = max(0.5, 1 + 0.2 * self.ability + self.chance.gauss(0, 0.15))
        self.position = 0
        self.done = 0.0
        self.step = 0
        self.clock = course.start
        self.passed_final = False
        self.failed_final = False

    def run(self, withdrawn_after: float | None) -> None:
        """Study until the course is over, done or given up; or until now."""
        end = self.course.start + timedelta(
            days=withdrawn_after or self.chance.uniform(WEEKS * 7, WEEKS * 7 + 14)
        )
        day = self.course.start
        first = True
        while self.position < len(self.course.sections):
            day += timedelta(days=1 + self.chance.expovariate(self.learner.sessions_a_week / 6))
            begin = datetime.combine(day, time(), UTC) + timedelta(
                minutes=self.chance.choice((8, 10, 14, 16, 19, 20, 21)) * 60
                + self.chance.randint(0, 59)
            )
            minutes = self.chance.randint(20, 95)
            # Leaves room for a quiz after the session.
            if begin + timedelta(minutes=minutes + 120) > min(end, self.generator.now):
                return
            if first:
                self._attempt(self.course.diagnostic, begin - timedelta(minutes=40), 1, -1.2)
                first = False
            self._session(begin, minutes)
        self._final(min(end, self.generator.now))

    def outcome(self, *, withdrew: bool) -> tuple[str, datetime | None]:
        """Return the status of the enrollment and when it was completed."""
        over = self.generator.now > self.course.start + timedelta(weeks=WEEKS + 2)
        if self.passed_final:
            return "completed", self.clock
        if withdrew:
            return "withdrawn", None
        return ("failed" if over or self.failed_final else "in_progress"), None

    def _session(self, begin: datetime, minutes: int) -> None:
        end = begin + timedelta(minutes=minutes)
        session_id = self.generator.new_id() if self.course.has_sessions else None
        self.clock = begin
        events = sections = 0
        while self.clock < end and self.position < len(self.course.sections):
            events += 1
            sections += self._event(session_id, end)
        if not self.course.has_sessions:
            return
        focus = min(1.0, max(0.05, 0.6 + 0.12 * self.ability + self.chance.gauss(0, 0.12)))
        self.generator.add(
            "learning_sessions",
            id=session_id,
            learner_id=self.learner.id,
            course_id=self.course.id,
            session_start=begin,
            session_end=max(self.clock, begin + timedelta(minutes=5)),
            engagement_level=("low", "medium", "high", "very_high")[int(focus * 3.99)],
            supplied="{engagement_level}",
            distraction_count=int((1 - focus) * 8),
            focus_score=round(focus, 2),
            productivity_score=round(focus * self.chance.uniform(0.7, 1), 2),
            sections_completed=sections,
            interactions_completed=events,
        )

    def _event(self, session_id: uuid.UUID | None, end: datetime) -> int:
        """Do something in the current section; return 1 when that completes it."""
        section_id, needed = self.course.sections[self.position]
        seconds = self.chance.randint(120, 1100)
        kind = self.chance.choices(
            (self.learner.habit, "content_view", *_MEANINGFUL, "help_request", "navigation"),
            (25, 25, 14, 16, 5, 8, 2, 10),
        )[0]
        skill = 0.62 + 0.1 * self.ability
        outcome = "successful" if self.chance.random() < skill else "partial"
        self.generator.add(
            "learning_interactions",
            learner_id=self.learner.id,
            section_id=section_id,
            course_id=self.course.id,
            interaction_type=kind,
            interaction_data={},
            duration_seconds=seconds,
            outcome=outcome if kind in _MEANINGFUL else "successful",
            learning_effectiveness=round(min(1.0, max(0.0, self.chance.gauss(skill, 0.15))), 2),
            device_type=self.chance.choice(("desktop", "desktop", "tablet", "phone")),
            session_id=session_id,
            timestamp=self.clock,
        )
        self.clock += timedelta(seconds=seconds)
        gain = 100 * seconds / 60 / needed * self.speed
        self.done = min(100.0, round(self.done + gain, 2))
        if self.done < 100 and self.clock < end:
            return 0
        self._progress(section_id)
        if self.done < 100:
            return 0
        if quiz := self.course.quizzes.get(self.position):
            self._attempts(quiz, allowed=3, difficulty=-0.5)
        self.position += 1
        self.done, self.step = 0.0, 0
        return 1

    def _progress(self, section_id: uuid.UUID) -> None:
        self.step += 1
        grasp = [
            round(min(1.0, max(0.0, self.chance.gauss(0.68 + 0.1 * self.ability, 0.1))), 2)
            for _ in range(3)
        ]
        status = "in_progress"
        if self.done >= 100:
            status = "mastered" if grasp[0] > 0.85 else "completed"
        self.rows["progress"].append(
            {
                "learner_id": self.learner.id,
                "section_id": section_id,
                "course_id": self.course.id,
                "step": self.step,
                "status": status,
                "percentage": self.done,
                "reached_at": self.clock,
                "comprehension_score": grasp[0],
                "retention_score": grasp[1],
                "application_score": grasp[2],
            }
        )

    def _final(self, until: datetime) -> None:
        begin = self.clock + timedelta(days=self.chance.uniform(1, 4))
        if begin + timedelta(days=3) > until:
            return
        self.clock = begin
        self.passed_final = self._attempts(self.course.final, allowed=2, difficulty=0.1)
        self.failed_final = not self.passed_final

    def _attempts(self, assessment_id: uuid.UUID, allowed: int, difficulty: float) -> bool:
        """Try until it is passed or there is no attempt or no heart left; tell whether passed."""
        for number in range(1, allowed + 1):
            # Having seen the questions helps.
            if self._attempt(assessment_id, self.clock, number, 0.5 * number - difficulty) >= 24:
                return True
            if self.chance.random() < 0.2:
                return False
            self.clock += timedelta(minutes=20)
        return False

    def _attempt(self, assessment_id: uuid.UUID, begin: datetime, number: int, ease: float) -> int:
        points = []
        for easier in self.course.questions[assessment_id]:
            right = 0.55 + 0.17 * (self.ability + ease) + easier
            chances = (max(0.05, right), 0.15, max(0.02, 0.85 - right))
            points += self.chance.choices((4, 2, 0), chances)
        submitted = begin + timedelta(minutes=self.chance.randint(8, 18))
        self.generator.add(
            "assessment_attempts",
            learner_id=self.learner.id,
            assessment_id=assessment_id,
            attempt_number=number,
            started_at=begin,
            submitted_at=submitted,
            responses=[
                {"question_id": question, "answer": _ANSWERS[gained]}
                for question, gained in zip(_QUESTIONS, points, strict=True)
            ],
            completion_status="submitted",
        )
        self.clock = max(self.clock, submitted)
        return sum(points)


def _sections(module: str, topics: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Return title and kind of the sections of a module."""
    yield from zip(topics, ("text", "video", "interactive"), strict=True)
    yield f"Practice: {module}", "simulation"
    yield f"Check: {module}", "assessment"
