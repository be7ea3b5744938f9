namespace NodeManager.Maintenance.Options;

/// <summary>The work on a node failed after it had written output.</summary>
/// <param name="output">The output before the failure.</param>
public sealed class WorkFailedException(Exception cause, IReadOnlyList<object> output) : Exception(cause.Message, cause)
{
    public IReadOnlyList<object> Output { get; } = output;
}
