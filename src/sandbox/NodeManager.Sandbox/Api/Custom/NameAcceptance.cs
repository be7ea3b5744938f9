namespace NodeManager.Sandbox.Api.Custom;

/// <summary>Accepts names of a definition that no other one of its group has. With all names it is established.</summary>
internal static class NameAcceptance
{
    /// <param name="document">Its status is written.</param>
    public static void Apply(JsonObject document, IEnumerable<JsonObject> others, string now)
    {
        JsonObject spec = document.Ensure("spec"),
            status = document.Ensure("status");
        CustomNames wanted = CustomNames.Read(spec.Object("names")),
            accepted = CustomNames.Read(status.Object("acceptedNames"));
        CustomNames[] taken =
        [
            .. others
                .Where(other => other.Object("spec").Text("group") == spec.Text("group"))
                .Select(static other => CustomNames.Read(other.Object("status").Object("acceptedNames"))),
        ];
        var resources = taken
            .SelectMany(static names => (string[])[names.Plural, names.Singular, .. names.ShortNames])
            .ToHashSet(StringComparer.Ordinal);
        var kinds = taken.SelectMany(static names => (string[])[names.Kind, names.ListKind]).ToHashSet(StringComparer.Ordinal);
        string? reason = null,
            message = null;

        string Choose(string name, string had, HashSet<string> used, string conflict)
        {
            if (name == had || !used.Contains(name))
                return name;
            (reason, message) = (conflict, $"\"{name}\" is already in use");
            return had;
        }

        var chosen = new CustomNames(
            Choose(wanted.Plural, accepted.Plural, resources, "PluralConflict"),
            Choose(wanted.Singular, accepted.Singular, resources, "SingularConflict"),
            Choose(wanted.Kind, accepted.Kind, kinds, "KindConflict"),
            Choose(wanted.ListKind, accepted.ListKind, kinds, "ListKindConflict"),
            accepted.ShortNames,
            wanted.Categories
        );
        string[] conflicts = [.. wanted.ShortNames.Where(name => !accepted.ShortNames.Contains(name) && resources.Contains(name))];
        if (conflicts.Length == 0)
            chosen = chosen with { ShortNames = wanted.ShortNames };
        else
            (reason, message) = ("ShortNamesConflict", string.Join(", ", conflicts.Select(static name => $"\"{name}\" is already in use")));

        if (status["conditions"] is null)
            status.Remove("conditions");
        status["acceptedNames"] = chosen.ToJson();
        if (reason is null)
            status.SetCondition("NamesAccepted", "True", now, "NoConflicts", "no conflicts found");
        else
            status.SetCondition("NamesAccepted", "False", now, reason, message);
        if (status.HasCondition("Established"))
            return;
        if (reason is null)
            status.SetCondition("Established", "True", now, "InitialNamesAccepted", "the initial names have been accepted");
        else
            status.SetCondition("Established", "False", now, "NotAccepted", "not all names are accepted");
    }
}
