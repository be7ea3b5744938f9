using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>Validates responders and requesters. Source: the Kubernetes API reference, 1.37.</summary>
internal static class ResponderRules
{
    private const int MaximumResponders = 10;
    private const int LeastOfOthers = 1000;
    private const int Highest = 100_000;

    /// <summary>The longest silence of an active responder.</summary>
    public static TimeSpan HeartbeatDeadline { get; } = TimeSpan.FromMinutes(20);

    /// <summary>The responders of a pod's specification or template.</summary>
    public static void Validate(JsonObject? spec, string at, FieldErrors errors)
    {
        if (spec.Array("evictionResponders") is not { Count: > 0 } responders)
            return;
        string path = $"{at}.evictionResponders";
        if (responders.Count > MaximumResponders)
            errors.Add("FieldValueTooMany", path, $"Too many: {responders.Count}: must have at most {MaximumResponders} items");
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < responders.Count; i++)
        {
            var responder = responders[i] as JsonObject;
            string name = responder.Text("name") ?? "";
            if (name.Length > 0 && !names.Add(name))
                errors.Duplicate($"{path}[{i}]", name);
            CheckKey($"{path}[{i}].name", name, mayBeReserved: false, errors);
            CheckPriority($"{path}[{i}].priority", responder.Number("priority"), errors);
        }

        if (spec.Object("schedulingGroup") is not null)
            errors.Forbidden($"{at}.schedulingGroup", "may not be set together with evictionResponders");
    }

    /// <summary>A domain-prefixed key such as <c>acme.io/foo</c>; Kubernetes' own domains are reserved.</summary>
    public static void CheckKey(string path, string key, bool mayBeReserved, FieldErrors errors)
    {
        if (key.Length == 0)
        {
            errors.Required(path);
            return;
        }

        string domain = key.Split('/')[0].Trim().TrimEnd('.').ToLowerInvariant();
        if (
            !mayBeReserved
            && (
                domain is "k8s.io" or "kubernetes.io"
                || domain.EndsWith(".k8s.io", StringComparison.Ordinal)
                || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal)
            )
        )
            errors.Invalid(path, key, "domain names *.k8s.io, *.kubernetes.io are reserved");
        if (!errors.Check(path, key, NameRules.QualifiedName))
            return;
        if (!key.Contains('/', StringComparison.Ordinal))
            errors.Invalid(path, key, "must be a domain-prefixed key (such as \"acme.io/foo\")");
    }

    private static void CheckPriority(string path, long? priority, FieldErrors errors)
    {
        if (priority is not { } number)
            errors.Required(path);
        else if (number < 0)
            errors.Invalid(path, number, "must be greater than or equal to 0");
        else if (number > Highest)
            errors.Invalid(path, number, $"must be less than or equal to {Highest}");
        else if (number < LeastOfOthers)
            errors.Invalid(path, number, "priorities 0-999 are reserved for responders with *.k8s.io suffix");
    }
}
