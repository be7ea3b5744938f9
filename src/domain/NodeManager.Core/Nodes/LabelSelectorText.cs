using NodeManager.Kubernetes.Validation;

namespace NodeManager.Core.Nodes;

public static class LabelSelectorText
{
    /// <summary>All of the requirements, sorted by key: <c>key=value</c> for one value, <c>key in (a,b)</c> for several.</summary>
    /// <exception cref="NodeManagerException">InvalidSelector: an invalid key or value, a key without a value, or a null.</exception>
    public static string Of(IEnumerable<KeyValuePair<string, IReadOnlyList<string?>>> requirements) =>
        string.Join(',', requirements.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => Of(r.Key, r.Value)));

    private static string Of(string key, IReadOnlyList<string?> values)
    {
        if (LabelRules.CheckKey(key) is { } wrongKey)
            throw Invalid($"'{key}' is not a valid label key: {wrongKey}.", key);
        if (values.Count == 0)
            throw Invalid($"The list of values for label '{key}' is empty.", key);
        foreach (string? value in values)
        {
            if (value is null)
                throw Invalid($"The value for label '{key}' is null.", key);
            if (LabelRules.CheckValue(value) is { } wrongValue)
                throw Invalid($"'{value}' is not a valid value for label '{key}': {wrongValue}.", key);
        }

        return values is [var only] ? $"{key}={only}" : $"{key} in ({string.Join(',', values.Distinct(StringComparer.Ordinal))})";
    }

    private static NodeManagerException Invalid(string message, string key) =>
        new(
            ErrorIds.InvalidSelector,
            ErrorKind.InvalidArgument,
            message,
            key,
            "Use text for other requirements: 'key' (the label exists), '!key' (it does not exist), 'key!=value', 'key notin (a,b)'."
        );
}
