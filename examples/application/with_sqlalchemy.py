"""A small application with SQLAlchemy.

    python with_sqlalchemy.py postgresql://...

The mapped classes take their columns and types from the database, which knows them. Relations are
declared here, and for the type checker the columns that this program uses.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine, create_engine, event, func, select, table, text
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.types import Uuid

QUESTIONS = [{"id": "half", "points": 1}, {"id": "third", "points": 1}]


class Base(DeclarativeBase):
    """The mapped classes of the application."""


class Row(DeferredReflection, Base):
    """A table whose primary key is the column id, filled by the database."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )


class Institution(Row):
    """What courses and learners belong to."""

    __tablename__ = "educational_institutions"


class Course(Row):
    """A course."""

    __tablename__ = "educational_courses"

    if TYPE_CHECKING:
        title: Mapped[str]
        institution_id: Mapped[UUID | None]
    modules: Mapped[list[Module]] = relationship(back_populates="course")
    assessments: Mapped[list[Assessment]] = relationship(back_populates="course")


class Module(Row):
    """A module of a course."""

    __tablename__ = "learning_modules"

    course: Mapped[Course] = relationship(back_populates="modules")
    sections: Mapped[list[Section]] = relationship(back_populates="module")


class Section(Row):
    """A section of a module; the database fills in its course."""

    __tablename__ = "learning_sections"

    module: Mapped[Module] = relationship(
        back_populates="sections",
        primaryjoin="foreign(Section.module_id) == Module.id",
    )


class Learner(Row):
    """A learner."""

    __tablename__ = "learners"

    if TYPE_CHECKING:
        first_name: Mapped[str]
        email: Mapped[str]
    enrollments: Mapped[list[Enrollment]] = relationship(back_populates="learner")


class Enrollment(Row):
    """A learner in a course; progress, time and grade are derived by the database."""

    __tablename__ = "course_enrollments"

    if TYPE_CHECKING:
        overall_progress: Mapped[Decimal]
        total_time_spent: Mapped[int]
        current_grade: Mapped[Decimal | None]
    learner: Mapped[Learner] = relationship(back_populates="enrollments")
    course: Mapped[Course] = relationship()


class Progress(Row):
    """How far a learner is in a section."""

    __tablename__ = "section_progress"

    if TYPE_CHECKING:
        learner_id: Mapped[UUID]
        section_id: Mapped[UUID]
        status: Mapped[str]
        completion_percentage: Mapped[Decimal]


class Assessment(Row):
    """A quiz, an exam, an assignment."""

    __tablename__ = "educational_assessments"

    course: Mapped[Course] = relationship(back_populates="assessments")


class CourseStaff(DeferredReflection, Base):
    """Who teaches a course."""

    __tablename__ = "course_staff"


class InstitutionStaff(DeferredReflection, Base):
    """Who keeps the register of an institution."""

    __tablename__ = "institution_staff"


class Attempt(Row):
    """A learner's attempt at an assessment."""

    __tablename__ = "assessment_attempts"

    learner: Mapped[Learner] = relationship()
    assessment: Mapped[Assessment] = relationship()


def main(url: str) -> None:
    """Write a course, let a learner study it, and print how both are doing."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        # DISCARD ALL ends prepared statements, which psycopg does not always notice
        connect_args={"prepare_threshold": None},
    )
    event.listen(engine, "checkout", discard)
    DeferredReflection.prepare(engine)
    with Session(engine) as session:
        school = Institution(name="A school", type="school")
        session.add(school)
        session.flush()
        course = write_course(session, school)
        enrollment = Enrollment(course=course, learner=new_learner(school))
        session.add(enrollment)
        session.commit()
        study(session, enrollment.learner, course)
        take_quiz(session, enrollment.learner, course)
        session.commit()  # makes the session read derived columns again
        session.execute(select(func.refresh_learning_analytics()))
        report(session, enrollment)
        teacher, office = uuid4(), uuid4()
        session.add(CourseStaff(course_id=course.id, person_id=teacher))
        session.add(InstitutionStaff(institution_id=school.id, person_id=office))
        learner = enrollment.learner.id
        session.commit()
    show_persons(engine, learner, teacher, office)
    engine.dispose()


def write_course(session: Session, school: Institution) -> Course:
    """Write a course of two modules, the second of which needs the first, and a quiz."""
    course = Course(
        institution_id=school.id,
        title="Fractions",
        learning_objectives=["Compare and add fractions"],
        difficulty_level="beginner",
        status="published",
        assessments=[
            Assessment(
                title="Quiz",
                assessment_type="summative",
                format="multiple_choice",
                learning_objectives=[],
                assessment_criteria={},
                total_points=2,
                passing_score=1,
                questions=QUESTIONS,
            )
        ],
    )
    session.add(course)
    previous: list[str] = []
    for order, (title, sections) in enumerate(
        {"Parts of a whole": ("Halves", "Thirds"), "Sums": ("Adding fractions",)}.items(), start=1
    ):
        module = Module(
            course=course,
            title=title,
            module_order=order,
            learning_objectives=[],
            bloom_taxonomy_level="understand",
            prerequisite_modules=previous,
            sections=[
                Section(title=name, section_order=number, content_type="text", content_data={})
                for number, name in enumerate(sections, start=1)
            ],
        )
        session.add(module)
        session.flush()
        previous = [str(module.id)]
    return course


def new_learner(school: Institution) -> Learner:
    """Make a learner."""
    return Learner(
        institution_id=school.id,
        email="ada@example.org",
        first_name="Ada",
        last_name="Byron",
        academic_level="middle",
        data_consent={},
    )


def study(session: Session, learner: Learner, course: Course) -> None:
    """Read and practise in all sections that are open, and complete them."""
    open_sections = func.next_sections(learner.id, course.id).table_valued("section_id")
    for section in session.scalars(select(open_sections.c.section_id)).all():
        for kind, seconds in (("content_view", 90), ("practice_activity", 60)):
            session.execute(
                text(
                    "SELECT record_interaction(:learner, :section, :kind,"
                    " p_duration_seconds => :seconds)"
                ),
                {"learner": learner.id, "section": section, "kind": kind, "seconds": seconds},
            )
        progress = session.scalars(
            select(Progress).where(
                Progress.learner_id == learner.id, Progress.section_id == section
            )
        ).one()
        progress.status = "completed"
        progress.completion_percentage = Decimal(100)
    session.flush()


def take_quiz(session: Session, learner: Learner, course: Course) -> None:
    """Hand in an attempt with one of two answers right; percentage and passed are derived."""
    (assessment,) = course.assessments
    session.add(
        Attempt(
            learner=learner,
            assessment=assessment,
            attempt_number=1,
            score=1,
            completion_status="graded",
            responses=[
                {"question_id": "half", "points": 1, "answer": "1/2"},
                {"question_id": "third", "points": 0, "answer": "1/4"},
            ],
        )
    )


def report(session: Session, enrollment: Enrollment) -> None:
    """Print what a learner's page and a teacher's dashboard would show."""
    learner, course = enrollment.learner, enrollment.course
    following = func.next_sections(learner.id, course.id).table_valued("title")
    titles = session.scalars(select(following.c.title)).all()
    view = table("learning_analytics_dashboard")
    dashboard = session.execute(
        select(
            text("course_title"),
            text("total_enrollments"),
            text("round(average_progress, 2)"),
            text("round(average_assessment_score, 2)"),
        )
        .select_from(view)
        .where(text("course_id = :course")),
        {"course": course.id},
    ).one()
    print(
        f"progress {enrollment.overall_progress} %, {enrollment.total_time_spent} minutes, "
        f"grade {enrollment.current_grade} %"
    )
    print("next:", ", ".join(titles))
    print("{}: {} enrolled, mean progress {} %, mean score {} %".format(*dashboard))


def show_persons(engine: Engine, learner: UUID, teacher: UUID, office: UUID) -> None:
    """Print what each of three persons sees: no query says whose rows these are."""
    with request(engine, "lms_learner", sign_in(engine, learner)) as session:
        own = select(Course.title, Enrollment.overall_progress).join(Enrollment.course)
        print("a learner sees {} {} %".format(*session.execute(own).one()))
    with request(engine, "lms_instructor", sign_in(engine, teacher)) as session:
        roster = select(Learner.first_name, Enrollment.overall_progress).join(Enrollment.learner)
        print("an instructor sees {} {} %".format(*session.execute(roster).one()))
    with request(engine, "lms_registrar", sign_in(engine, office)) as session:
        learners = select(Learner.first_name, Learner.email)
        print("a registrar sees {} {}".format(*session.execute(learners).one()))


def discard(connection: psycopg.Connection, *_: object) -> None:
    """Take away what the request before left in a connection of the pool."""
    connection.autocommit = True
    connection.execute("DISCARD ALL")
    connection.autocommit = False


def sign_in(engine: Engine, person: UUID) -> str:
    """Open a session for a person who has logged in, and return its token."""
    token = secrets.token_urlsafe(32)
    with Session(engine) as session, session.begin():
        session.execute(text("SET LOCAL ROLE lms_auth"))
        session.execute(select(func.open_session(token, person)))
    return token


@contextmanager
def request(engine: Engine, persona: str, token: str) -> Iterator[Session]:
    """Answer a request inside: row security shows what the person may see as that persona."""
    with Session(engine) as session, session.begin():
        session.execute(select(func.set_config("role", persona, True)))
        session.execute(select(func.set_config("lms.token", token, True)))
        yield session


if __name__ == "__main__":
    main(sys.argv[1])
