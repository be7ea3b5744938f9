namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>A document that does not have the structure of its kind.</summary>
/// <param name="path">Where: <c>.spec.ports[0]</c>.</param>
/// <param name="why">In the API's words.</param>
internal sealed class OwnershipException(string path, string why) : Exception($"{path}: {why}")
{
    public string Path { get; } = path;

    public string Why { get; } = why;
}
