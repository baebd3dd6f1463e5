"""A small application with Django.

    python with_django.py postgresql://...

The models are unmanaged: the tables are the schema's, and Django's migrations leave them alone.
They name the columns that the program uses; what they leave out takes the database's default.
"""

from __future__ import annotations

import secrets
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import django
from django.conf import settings
from django.db import connection, models, transaction
from psycopg.conninfo import conninfo_to_dict

QUESTIONS = [{"id": "half", "points": 1}, {"id": "third", "points": 1}]


# As a project's settings module would; models cannot be defined before.
_parameters = conninfo_to_dict(sys.argv[1])
_names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
settings.configure(
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            **{setting: str(_parameters.pop(name, "")) for name, setting in _names.items()},
            "OPTIONS": {
                **_parameters,
                # a token that is written into the statement is shown in pg_stat_activity
                "server_side_binding": True,
                # which Django sets, and DISCARD ALL takes back
                "options": f"{_parameters.get('options', '')} -c timezone=UTC",
            },
        }
    },
)
django.setup()


class LabelField(models.TextField):
    """A column of one of the schema's ENUM types."""

    def __init__(self, type_name: str, **options: object) -> None:
        super().__init__(**options)
        self.type_name = type_name

    def db_type(self, connection: object) -> str:  # noqa: ARG002
        """Return the type, to which Django casts what it writes in bulk."""
        return self.type_name

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        """Return how to make the field again."""
        name, path, args, options = super().deconstruct()
        return name, path, [self.type_name, *args], options


def derived(field: type[models.Field], **options: object) -> models.GeneratedField:
    """Make the field of a column that the database derives: read, and never written."""
    return models.GeneratedField(
        expression=models.Value(None), output_field=field(**options), db_persist=True
    )


class Row(models.Model):
    """A table whose primary key is the column id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        abstract = True
        app_label = "campus"
        managed = False


class Institution(Row):
    """What courses and learners belong to."""

    name = models.CharField(max_length=255)
    type = LabelField("institution_type")

    class Meta(Row.Meta):
        db_table = "educational_institutions"


class Course(Row):
    """A course."""

    institution = models.ForeignKey(Institution, models.PROTECT, null=True)
    title = models.CharField(max_length=255)
    learning_objectives = models.JSONField()
    difficulty_level = LabelField("difficulty_level")
    status = LabelField("course_status")

    class Meta(Row.Meta):
        db_table = "educational_courses"


class Module(Row):
    """A module of a course."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="modules")
    title = models.CharField(max_length=255)
    module_order = models.IntegerField()
    learning_objectives = models.JSONField()
    bloom_taxonomy_level = LabelField("bloom_taxonomy_level")
    prerequisite_modules = models.JSONField(default=list)

    class Meta(Row.Meta):
        db_table = "learning_modules"
        ordering: ClassVar = ["module_order"]


class Section(Row):
    """A section of a module; the database fills in its course."""

    module = models.ForeignKey(Module, models.CASCADE, related_name="sections")
    title = models.CharField(max_length=255)
    section_order = models.IntegerField()
    content_type = LabelField("section_content_type")
    content_data = models.JSONField()

    class Meta(Row.Meta):
        db_table = "learning_sections"


class Learner(Row):
    """A learner."""

    institution = models.ForeignKey(Institution, models.PROTECT, null=True)
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    academic_level = LabelField("academic_level")
    data_consent = models.JSONField()

    class Meta(Row.Meta):
        db_table = "learners"


class Enrollment(Row):
    """A learner in a course; progress, time and grade are derived by the database."""

    learner = models.ForeignKey(Learner, models.CASCADE)
    course = models.ForeignKey(Course, models.CASCADE)
    overall_progress = derived(models.DecimalField, max_digits=5, decimal_places=2)
    total_time_spent = derived(models.IntegerField)
    current_grade = derived(models.DecimalField, max_digits=5, decimal_places=2)

    class Meta(Row.Meta):
        db_table = "course_enrollments"


class Progress(Row):
    """How far a learner is in a section."""

    learner = models.ForeignKey(Learner, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE)
    status = LabelField("progress_status")
    completion_percentage = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta(Row.Meta):
        db_table = "section_progress"


class Assessment(Row):
    """A quiz, an exam, an assignment."""

    course = models.ForeignKey(Course, models.CASCADE)
    title = models.CharField(max_length=255)
    assessment_type = LabelField("assessment_type")
    format = LabelField("assessment_format")
    learning_objectives = models.JSONField()
    assessment_criteria = models.JSONField()
    total_points = models.IntegerField()
    passing_score = models.IntegerField(null=True)
    questions = models.JSONField()

    class Meta(Row.Meta):
        db_table = "educational_assessments"


class Attempt(Row):
    """A learner's attempt at an assessment."""

    learner = models.ForeignKey(Learner, models.CASCADE)
    assessment = models.ForeignKey(Assessment, models.CASCADE)
    attempt_number = models.IntegerField()
    responses = models.JSONField()
    score = models.IntegerField(null=True)
    completion_status = LabelField("attempt_status")

    class Meta(Row.Meta):
        db_table = "assessment_attempts"


class CourseDashboard(models.Model):
    """A row of the analytics of courses, as of the last refresh."""

    course = models.OneToOneField(Course, models.DO_NOTHING, primary_key=True)
    course_title = models.CharField(max_length=255)
    total_enrollments = models.BigIntegerField()
    average_progress = models.DecimalField(max_digits=20, decimal_places=10)
    average_assessment_score = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        app_label = "campus"
        managed = False
        db_table = "learning_analytics_dashboard"


def main() -> None:
    """Write a course, let a learner study it, and print how both are doing."""
    with transaction.atomic():
        school = Institution.objects.create(name="A school", type="school")
        course = write_course(school)
        learner = Learner.objects.create(
            institution=school,
            email="ada@example.org",
            first_name="Ada",
            last_name="Byron",
            academic_level="middle",
            data_consent={"analytics": True},
        )
        Enrollment.objects.create(learner=learner, course=course)
    with transaction.atomic():
        study(learner, course)
        take_quiz(learner, course)
    call("SELECT refresh_learning_analytics()")
    report(learner, course)
    teacher, office = uuid.uuid4(), uuid.uuid4()
    call(
        "INSERT INTO course_staff (course_id, person_id) VALUES (%s, %s) RETURNING 1",
        [course.id, teacher],
    )
    call(
        "INSERT INTO institution_staff (institution_id, person_id) VALUES (%s, %s) RETURNING 1",
        [school.id, office],
    )
    show_persons(learner.id, teacher, office)


def write_course(school: Institution) -> Course:
    """Write a course of two modules, the second of which needs the first, and a quiz."""
    course = Course.objects.create(
        institution=school,
        title="Fractions",
        learning_objectives=["Compare and add fractions"],
        difficulty_level="beginner",
        status="published",
    )
    previous: list[str] = []
    for order, (title, sections) in enumerate(
        {"Parts of a whole": ("Halves", "Thirds"), "Sums": ("Adding fractions",)}.items(), start=1
    ):
        module = Module.objects.create(
            course=course,
            title=title,
            module_order=order,
            learning_objectives=[],
            bloom_taxonomy_level="understand",
            prerequisite_modules=previous,
        )
        previous = [str(module.id)]
        Section.objects.bulk_create(
            Section(
                module=module,
                title=name,
                section_order=number,
                content_type="text",
                content_data={},
            )
            for number, name in enumerate(sections, start=1)
        )
    Assessment.objects.create(
        course=course,
        title="Quiz",
        assessment_type="summative",
        format="multiple_choice",
        learning_objectives=[],
        assessment_criteria={},
        total_points=2,
        passing_score=1,
        questions=QUESTIONS,
    )
    return course


def study(learner: Learner, course: Course) -> None:
    """Read and practise in all sections that are open, and complete them."""
    for (section,) in call("SELECT section_id FROM next_sections(%s, %s)", [learner.id, course.id]):
        for kind, seconds in (("content_view", 90), ("practice_activity", 60)):
            call(
                "SELECT record_interaction(%s, %s, %s, p_duration_seconds => %s)",
                [learner.id, section, kind, seconds],
            )
        Progress.objects.filter(learner=learner, section_id=section).update(
            status="completed", completion_percentage=100
        )


def take_quiz(learner: Learner, course: Course) -> None:
    """Hand in an attempt with one of two answers right; percentage and passed are derived."""
    Attempt.objects.create(
        learner=learner,
        assessment=Assessment.objects.get(course=course),
        attempt_number=1,
        score=1,
        completion_status="graded",
        responses=[
            {"question_id": "half", "points": 1, "answer": "1/2"},
            {"question_id": "third", "points": 0, "answer": "1/4"},
        ],
    )


def report(learner: Learner, course: Course) -> None:
    """Print what a learner's page and a teacher's dashboard would show."""
    enrollment = Enrollment.objects.get(learner=learner, course=course)
    titles = call("SELECT title FROM next_sections(%s, %s)", [learner.id, course.id])
    dashboard = CourseDashboard.objects.get(course=course)
    print(
        f"progress {enrollment.overall_progress} %, {enrollment.total_time_spent} minutes, "
        f"grade {enrollment.current_grade} %"
    )
    print("next:", ", ".join(str(title) for (title,) in titles))
    print(
        f"{dashboard.course_title}: {dashboard.total_enrollments} enrolled, "
        f"mean progress {dashboard.average_progress:.2f} %, "
        f"mean score {dashboard.average_assessment_score:.2f} %"
    )


def show_persons(learner: uuid.UUID, teacher: uuid.UUID, office: uuid.UUID) -> None:
    """Print what each of three persons sees: no query says whose rows these are."""
    with request("lms_learner", sign_in(learner)):
        row = Enrollment.objects.values_list("course__title", "overall_progress").get()
        print("a learner sees {} {} %".format(*row))
    with request("lms_instructor", sign_in(teacher)):
        row = Enrollment.objects.values_list("learner__first_name", "overall_progress").get()
        print("an instructor sees {} {} %".format(*row))
    with request("lms_registrar", sign_in(office)):
        row = Learner.objects.values_list("first_name", "email").get()
        print("a registrar sees {} {}".format(*row))


def sign_in(person: uuid.UUID) -> str:
    """Open a session for a person who has logged in, and return its token."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        call("SELECT set_config('role', 'lms_auth', true)")
        call("SELECT open_session(%s, %s)", [token, person])
    return token


@contextmanager
def request(persona: str, token: str) -> Iterator[None]:
    """Answer a request inside: row security shows what the person may see as that persona."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD ALL")  # what the request before left in the connection
    with transaction.atomic(durable=True):
        call("SELECT set_config('role', %s, true)", [persona])
        call("SELECT set_config('lms.token', %s, true)", [token])
        yield


def call(statement: str, values: list[object] | None = None) -> list[tuple[object, ...]]:
    """Run a statement that the models do not cover, and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows


if __name__ == "__main__":
    main()
