namespace NodeManager.Maintenance.Options;

/// <summary>The work on a node failed after it had written output.</summary>
/// <param name="cause">Why it failed.</param>
/// <param name="output">What it had written until then.</param>
public sealed class WorkFailedException(Exception cause, IReadOnlyList<object> output) : Exception(cause.Message, cause)
{
    public IReadOnlyList<object> Output { get; } = output;
}
