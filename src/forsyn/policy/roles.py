"""Names of the database's roles. Roles belong to the whole server, so their names carry the instance."""

from dataclasses import dataclass

MAX_NAME_BYTES = 63
"""PostgreSQL cuts longer names off."""


@dataclass(frozen=True, slots=True)
class RoleNames:
    """The roles of one instance; ``login`` is who the application signs in as."""

    login: str
    instance: str

    def of(self, purpose: str) -> str:
        """The role of a purpose of the policy. Raises ValueError where the name would be cut off."""
        name = f"{self._prefix}{purpose}"
        if len(name.encode()) > MAX_NAME_BYTES:
            raise ValueError(
                f"The role {name!r} would be longer than {MAX_NAME_BYTES} bytes. "
                f"Choose a shorter FORSYN_INSTANCE, or a shorter key than {purpose!r} for the purpose."
            )
        return name

    def purpose_of(self, role: str) -> str | None:
        """The purpose that a role is; None for a role of something else."""
        return role.removeprefix(self._prefix) if role.startswith(self._prefix) else None

    @property
    def _prefix(self) -> str:
        # A colon stands in no instance's name: the roles of "nordby" are never taken for those of "nordby_demo".
        return f"forsyn_{self.instance}:"
