using NodeManager.Kubernetes.Timing;

namespace NodeManager.Core.Errors;

/// <summary>A violated rule of an object.</summary>
/// <param name="Path">Of the field: <c>spec.limits.maxNodes</c>.</param>
/// <param name="Message">The rule, as worded by the CustomResourceDefinition.</param>
public sealed record FieldProblem(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>Collects the violated rules of an object.</summary>
public sealed class FieldProblems
{
    private const string DurationRule = "must be a duration such as 90s, 5m or 1h30m";

    private readonly List<FieldProblem> _found = [];

    public IReadOnlyList<FieldProblem> Found => _found;

    public void Add(string path, bool isBroken, string message)
    {
        if (isBroken)
            _found.Add(new(path, message));
    }

    /// <param name="broken">The rule; null: not violated.</param>
    public void Add(string path, string? broken)
    {
        if (broken is not null)
            _found.Add(new(path, broken));
    }

    /// <param name="text">Null: not set.</param>
    public void AddDuration(string path, string? text, bool isPositive = false)
    {
        if (text is null)
            return;
        bool isFine = GoDuration.Parse(text) is { } duration && (isPositive ? duration > TimeSpan.Zero : duration >= TimeSpan.Zero);
        Add(path, !isFine, DurationRule + (isPositive ? ", above 0" : ", not negative"));
    }
}
