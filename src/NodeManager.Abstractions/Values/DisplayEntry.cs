namespace NodeManager;

/// <summary>An entry as it may be shown: escaped, as whoever writes an annotation must not reach the terminal of whoever looks at it.</summary>
internal readonly struct DisplayEntry(string key, object? value)
{
    public string Key => DisplayText.EscapeLines(key);

    public string Value => DisplayText.EscapeLines($"{value}");

    public override string ToString() => $"[{Key}, {Value}]";
}
