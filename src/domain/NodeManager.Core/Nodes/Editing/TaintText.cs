namespace NodeManager.Core.Nodes.Editing;

/// <summary>Parses taints as kubectl writes them: <c>key=value:Effect</c>, <c>key:Effect</c>. The parts are validated later.</summary>
public static class TaintText
{
    /// <exception cref="NodeManagerException">InvalidTaint: it has no effect.</exception>
    public static NodeTaint Parse(string text)
    {
        (string key, string value, string? effect) = Split(text);
        return effect is null
            ? throw new NodeManagerException(
                ErrorIds.InvalidTaint,
                ErrorKind.InvalidArgument,
                $"The taint '{text}' has no effect.",
                text,
                "Write key=value:Effect or key:Effect, with NoSchedule, PreferNoSchedule or NoExecute."
            )
            : new()
            {
                Key = key,
                Value = value,
                Effect = effect,
            };
    }

    /// <summary>The taints to remove: <c>key</c>, <c>key:Effect</c>, or only those of one value, <c>key=value:Effect</c>.</summary>
    public static TaintMatch ParseMatch(string text)
    {
        (string key, string value, string? effect) = Split(text);
        return new(key, effect, text.Contains('=', StringComparison.Ordinal) ? value : null);
    }

    /// <summary>The parts, unvalidated; null without an effect.</summary>
    public static (string Key, string Value, string? Effect) Split(string text)
    {
        int colon = text.LastIndexOf(':');
        string left = colon < 0 ? text : text[..colon];
        int equals = left.IndexOf('=', StringComparison.Ordinal);
        return (equals < 0 ? left : left[..equals], equals < 0 ? "" : left[(equals + 1)..], colon < 0 ? null : text[(colon + 1)..]);
    }
}
