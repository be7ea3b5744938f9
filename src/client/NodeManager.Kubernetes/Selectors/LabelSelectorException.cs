namespace NodeManager.Kubernetes.Selectors;

/// <summary>What could have come next in a label selector.</summary>
public enum LabelSelectorExpectation
{
    /// <summary>A label key, or <c>!</c>.</summary>
    Key,

    /// <summary>A label key after <c>!</c>.</summary>
    AbsentKey,

    /// <summary>An operator, or the end of the requirement.</summary>
    Operator,

    Value,

    Integer,

    /// <summary>The parenthesis before a set.</summary>
    Open,

    /// <summary>A comma, or the parenthesis after a set.</summary>
    Close,

    /// <summary>A comma, or the end of the text.</summary>
    Separator,
}

/// <summary>A text that is not a label selector.</summary>
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

    /// <summary>Where it stops, from 1.</summary>
    public int Position { get; }

    /// <summary>What is there; empty at the end.</summary>
    public string Found { get; }

    /// <summary>What could be there; null where what is there is invalid in itself.</summary>
    public LabelSelectorExpectation? Expected { get; }

    /// <summary>The key of the invalid value, or the invalid key; null where the text cannot be read.</summary>
    public string? Key { get; }

    /// <summary>The rule that the key or the value breaks; null where the text cannot be read.</summary>
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
