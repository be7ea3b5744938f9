using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Common;

internal static class SelectorRules
{
    public static void ValidateLabels(JsonObject? labels, string at, FieldErrors errors)
    {
        foreach ((string key, JsonNode? value) in labels ?? [])
        {
            errors.Check(at, key, NameRules.QualifiedName);
            errors.Check(at, (string?)value ?? "", NameRules.LabelValue);
        }
    }

    public static void ValidateAnnotations(JsonObject? annotations, string at, FieldErrors errors)
    {
        foreach ((string key, _) in annotations ?? [])
        foreach (string fault in NameRules.QualifiedName(key.ToLowerInvariant()))
            errors.Invalid(at, key, fault);
    }

    public static void Validate(JsonObject? selector, string at, FieldErrors errors)
    {
        if (selector is null)
            return;
        ValidateLabels(selector.Object("matchLabels"), at + ".matchLabels", errors);
        JsonArray expressions = selector.Array("matchExpressions") ?? [];
        for (int i = 0; i < expressions.Count; i++)
            ValidateRequirement(expressions[i] as JsonObject, $"{at}.matchExpressions[{i}]", false, errors);
    }

    /// <param name="compares">Gt and Lt are allowed.</param>
    public static void ValidateRequirement(JsonObject? requirement, string at, bool compares, FieldErrors errors)
    {
        int values = requirement.Array("values")?.Count ?? 0;
        switch (requirement.Text("operator"))
        {
            case "In" or "NotIn":
                if (values == 0)
                    errors.Required(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist":
                if (values > 0)
                    errors.Forbidden(at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt" when compares:
                if (values != 1)
                    errors.Required(at + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            case var other:
                errors.Invalid(at + ".operator", other ?? "", "not a valid selector operator");
                break;
        }

        errors.Check(at + ".key", requirement.Text("key") ?? "", NameRules.QualifiedName);
    }

    public static bool IsEmpty(JsonObject selector) =>
        selector.Object("matchLabels") is not { Count: > 0 } && selector.Array("matchExpressions") is not { Count: > 0 };

    /// <summary>Whether the selector is valid.</summary>
    public static bool IsUsable(JsonObject? selector)
    {
        var attempt = new FieldErrors(0);
        Validate(selector, "", attempt);
        return attempt.Faults.Count == 0;
    }

    public static bool Matches(JsonObject selector, JsonObject? labels) =>
        (selector.Object("matchLabels") ?? []).All(pair => labels.Text(pair.Key) == (string?)pair.Value)
        && selector.Objects("matchExpressions").All(one => Meets(one, labels));

    private static bool Meets(JsonObject requirement, JsonObject? labels)
    {
        string? value = labels.Text(requirement.Text("key") ?? "");
        bool isNamed = (requirement.Array("values") ?? []).Any(one => (string?)one == value);
        return requirement.Text("operator") switch
        {
            "In" => value is not null && isNamed,
            "NotIn" => value is null || !isNamed,
            "Exists" => value is not null,
            _ => value is null,
        };
    }
}
