"""The forms of the pages. They check shapes; what is allowed is decided by the operations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lectern.documents.access import OPEN, Access, access_of
from lectern.documents.bulk import Action
from lectern.documents.collections import LONGEST_DESCRIPTION
from lectern.documents.metadata import LONGEST_NAME as LONGEST_METADATA_NAME
from lectern.documents.titles import LONGEST_TITLE
from lectern.plugins.registry import usable_plugins
from lectern.sdk.connectors import Connector, Setting
from lectern.tenants.access import KEY_SCOPES, Role
from lectern.tenants.groups import LONGEST_NAME
from lectern.tenants.models import Group
from lectern.web.pages import id_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SCOPE_WORDS = {
    "ask": _("Ask questions"),
    "documents:read": _("Read documents and pages"),
    "documents:write": _("Upload and delete documents"),
    "jobs:read": _("See jobs"),
    "jobs:write": _("Cancel and retry jobs"),
    "collections:write": _("Make, change and delete collections"),
    "sources:write": _("Manage sources"),
    "evaluations:run": _("Run evaluations"),
}


class QuestionForm(forms.Form):
    """A question with the collection, and perhaps the one document, to answer it from.

    ``previous`` is the question that it may follow up.
    """

    question = forms.CharField(
        label=_("Your question"),
        error_messages={"required": _("The question is empty. Type a question.")},
    )
    collection = forms.UUIDField(error_messages={"required": _("Choose the collection to search.")})
    document = forms.UUIDField(required=False)
    previous = forms.UUIDField(required=False)


class CollectionForm(forms.Form):
    """A collection's name, description and plugin."""

    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is in it, for those who choose where to ask."),
    )
    plugin = forms.ChoiceField(
        label=_("Plugin"),
        required=False,
        help_text=_("Its checks look at every answer given from this collection."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(plugin.name, plugin.title) for plugin in usable_plugins()]
        self.fields["plugin"].choices = [("", _("None")), *choices]  # type: ignore[attr-defined]


class RemoveCollectionForm(forms.Form):
    """Deleting a collection asks for its name, typed in."""

    name = forms.CharField(label=_("Type the collection's name to confirm"), strip=True)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.expected:
            raise forms.ValidationError(_("That is not its name. Nothing was deleted."))
        return name


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files. Empty ones pass: what is wrong with a file is said on its own row."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files: list[UploadedFile[Any]] = list(data or [])
        if not files:
            raise forms.ValidationError(_("Choose at least one file."))
        return files


class AccessForm(forms.Form):
    """Who reads documents: everybody here, or chosen groups."""

    READERS: ClassVar[list[tuple[str, Any]]] = [
        ("open", _("Everybody who may read here")),
        ("restricted", _("Only these groups, and those who may change documents")),
    ]

    access = forms.ChoiceField(
        label=_("Who reads them"),
        choices=READERS,
        error_messages={"required": _("Say who reads them.")},
        widget=forms.RadioSelect,
    )
    groups = forms.MultipleChoiceField(
        label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )

    access_required = True

    def __init__(self, *args: Any, owner: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["access"].required = self.access_required
        if owner:
            # The fields stand outside of the form with this id.
            for name in ("access", "groups"):
                self.fields[name].widget.attrs["form"] = owner
        groups = Group.objects.order_by("name").values_list("pk", "name")
        self.fields["groups"].choices = [(str(pk), name) for pk, name in groups]  # type: ignore[attr-defined]

    def chosen(self) -> Access:
        """The access that was chosen; groups count only where it is restricted."""
        if self.cleaned_data["access"] != "restricted":
            return OPEN
        return access_of(map(UUID, self.cleaned_data["groups"]), restricted=True)


class IdsField(forms.MultipleChoiceField):
    """Ids of whatever there is; what is none is refused."""

    def valid_value(self, value: Any) -> bool:
        return id_of(value) is not None


class UploadForm(AccessForm):
    """Files for a collection; everybody reads them if nothing else is said."""

    access_required = False

    # Django takes fields off the class, so its own attribute of this name is not touched.
    files = ManyFilesField(label=_("Files"))  # type: ignore[assignment]


class ValuesField(forms.CharField):
    """Values, one on each line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=_("One on each line. None: it has none."), **kwargs)
        self.widget.attrs["rows"] = 2

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class MetadataForm(forms.Form):
    """What is known of a document by one name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_METADATA_NAME,
        help_text=_("Such as company, period, type or language."),
    )
    values = ValuesField(label=_("Values"), required=False)


class BulkForm(AccessForm):
    """What to do to chosen documents, or to all that a filter matches, and that it is meant."""

    access_required = False

    action = forms.ChoiceField(choices=[(each.value, each.value) for each in Action])
    documents = IdsField(required=False)
    everything = forms.BooleanField(required=False)
    after = forms.UUIDField(required=False)
    confirmed = forms.BooleanField(required=False)
    name = forms.CharField(
        label=_("Name"),
        required=False,
        help_text=_("Such as company, period, type or language."),
    )
    values = ValuesField(label=_("Values"), required=False)
    count = forms.IntegerField(
        label=_("Type how many documents that are, to confirm"), required=False
    )

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        if chosen.get("confirmed"):
            # A form without a choice must not open what is restricted.
            if chosen.get("action") == Action.ACCESS and not chosen.get("access"):
                self.add_error("access", _("Say who reads them."))
            if chosen.get("action") == Action.METADATA and not chosen.get("name"):
                self.add_error("name", _("Say by what name it is known."))
        return chosen

    def metadata(self) -> dict[str, list[str]]:
        """The values for the one name that was typed."""
        return {self.cleaned_data["name"]: self.cleaned_data["values"]}


class TitleForm(forms.Form):
    """Another title for a document."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)


class VersionForm(forms.Form):
    """The file of a new version."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file.")},
    )


class MemberForm(forms.Form):
    """A person to invite."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class GroupForm(forms.Form):
    """The name of a group."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("Such as Finance, or Works council.")
    )


class GroupMemberForm(forms.Form):
    """A member, or a key, to put into a group."""

    person = forms.UUIDField(required=False)
    key = forms.UUIDField(required=False)


class SourceForm(forms.Form):
    """A source of one kind of connector, whose settings are fields of the form."""

    PAUSES: ClassVar[list[tuple[str, Any]]] = [
        ("15", _("every 15 minutes")),
        ("60", _("every hour")),
        ("1440", _("every day")),
        ("", _("on request only")),
    ]

    name = forms.CharField(label=_("Name"), max_length=200)
    every_minutes = forms.TypedChoiceField(
        label=_("Sync"), choices=PAUSES, required=False, coerce=int, empty_value=None, initial="60"
    )

    def __init__(
        self, *args: Any, connector: Connector, known: Mapping[str, str] | None = None, **rest: Any
    ) -> None:
        """``known`` are the settings of a source that there is; its secrets are not among them."""
        super().__init__(*args, **rest)
        for setting in connector.settings:
            self.fields[_field_of(setting)] = _setting_field(setting, known)
        self.connector = connector

    def typed(self) -> dict[str, Any]:
        """The arguments of ``add_source`` and ``change_source``."""
        settings = {
            setting.name: self.cleaned_data[_field_of(setting)]
            for setting in self.connector.settings
        }
        return {
            "name": self.cleaned_data["name"],
            "every_minutes": self.cleaned_data["every_minutes"],
            "settings": settings,
        }


def _field_of(setting: Setting) -> str:
    return f"setting_{setting.name}"


def _setting_field(setting: Setting, known: Mapping[str, str] | None) -> forms.CharField:
    keep = _("Leave it empty to keep what is stored.") if setting.secret and known else ""
    return forms.CharField(
        label=setting.label,
        help_text=keep or setting.help,
        initial="" if setting.secret else (known or {}).get(setting.name, setting.default),
        required=setting.required and not keep,
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}) if setting.secret else None,
    )


class RemoveSourceForm(forms.Form):
    """Whether the documents that a source brought go with it."""

    with_documents = forms.BooleanField(label=_("Delete its documents as well"), required=False)


class InvitationForm(forms.Form):
    """What a person without an account gives when they accept an invitation."""

    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class KeyForm(forms.Form):
    """A key for a program: its name, what it may do, and when it ends."""

    LIFETIMES: ClassVar[list[tuple[str, Any]]] = [
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("1 year")),
        ("never", _("Never")),
    ]

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Which program will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPE_WORDS if scope in KEY_SCOPES],
        initial=["ask", "documents:read"],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(label=_("It ends after"), choices=LIFETIMES, initial="90")

    def issued(self) -> dict[str, Any]:
        """The arguments of ``issue_key``."""
        days = self.cleaned_data["days"]
        return {
            "name": self.cleaned_data["name"],
            "scopes": self.cleaned_data["scopes"],
            "expires_at": None if days == "never" else timezone.now() + timedelta(days=int(days)),
        }
