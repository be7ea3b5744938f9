namespace NodeManager;

/// <summary>
/// A failure that the user can do something about. Cmdlets turn it into an error record; the fields are the record's. Message and action
/// are there to be shown and often quote a server, so both are escaped by <see cref="DisplayText"/>.
/// </summary>
public class NodeManagerException : Exception
{
    /// <param name="errorId">Stable: scripts match on it. See <see cref="ErrorIds"/>.</param>
    /// <param name="kind">What sort of failure; becomes the record's category.</param>
    /// <param name="message">What went wrong, naming the object.</param>
    /// <param name="target">The offending object.</param>
    /// <param name="recommendedAction">What to do about it.</param>
    /// <param name="innerException">What caused it.</param>
    public NodeManagerException(
        string errorId,
        ErrorKind kind,
        string message,
        object? target = null,
        string? recommendedAction = null,
        Exception? innerException = null
    )
        : base(DisplayText.EscapeLines(message), innerException)
    {
        ErrorId = errorId;
        Kind = kind;
        Target = target;
        RecommendedAction = recommendedAction is null ? null : DisplayText.EscapeLines(recommendedAction);
    }

    public string ErrorId { get; }

    public ErrorKind Kind { get; }

    public object? Target { get; }

    public string? RecommendedAction { get; }
}
