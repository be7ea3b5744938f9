namespace NodeManager.Kubernetes.Selectors;

/// <summary>The expected token of a label selector.</summary>
public enum LabelSelectorExpectation
{
    Key,

    AbsentKey,

    /// <summary>An operator, or the end of the requirement.</summary>
    Operator,

    Value,

    Integer,

    Open,

    /// <summary>A comma, or the parenthesis after a set.</summary>
    Close,

    /// <summary>A comma, or the end of the text.</summary>
    Separator,
}

/// <summary>An invalid label selector.</summary>
public sealed class LabelSelectorException : FormatException
{
    internal LabelSelectorException(int position, string found, LabelSelectorExpectation expected)
        : base(
            found.Length == 0
                ? $"it ends where {Describe(expected)} is expected"
                : $"found '{found}' where {Describe(expected)} is expected"
        )
    {
        Position = position;
        Found = found;
        Expected = expected;
    }

    internal LabelSelectorException(int position, string found, string key, string problem)
        : base($"'{found}' is not valid there: {problem}")
    {
        Position = position;
        Found = found;
        Key = key;
        Problem = problem;
    }

    /// <summary>From 1.</summary>
    public int Position { get; }

    /// <summary>Empty at the end.</summary>
    public string Found { get; }

    /// <summary>Null where the found text is itself invalid.</summary>
    public LabelSelectorExpectation? Expected { get; }

    /// <summary>The invalid key, or the key of the invalid value; null for a syntax error.</summary>
    public string? Key { get; }

    /// <summary>The violated rule; null for a syntax error.</summary>
    public string? Problem { get; }

    private static string Describe(LabelSelectorExpectation expected) =>
        expected switch
        {
            LabelSelectorExpectation.Key or LabelSelectorExpectation.AbsentKey => "a label key",
            LabelSelectorExpectation.Operator => "'=', '==', '!=', '>', '<', 'in', 'notin', ',' or the end",
            LabelSelectorExpectation.Value => "a value",
            LabelSelectorExpectation.Integer => "an integer",
            LabelSelectorExpectation.Open => "'('",
            LabelSelectorExpectation.Close => "',' or ')'",
            _ => "',' or the end",
        };
}
