namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The document does not match the structure of its kind.</summary>
/// <param name="path">For example <c>.spec.ports[0]</c>.</param>
internal sealed class OwnershipException(string path, string why) : Exception($"{path}: {why}")
{
    public string Path { get; } = path;

    public string Why { get; } = why;
}
