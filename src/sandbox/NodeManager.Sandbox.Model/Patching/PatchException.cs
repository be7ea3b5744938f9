namespace NodeManager.Sandbox.Model.Patching;

/// <summary>A patch that cannot be applied, in the API's words.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="isUnmergeable">True for a strategic patch that cannot be merged with anything (500), false where it does not fit the object (422).</param>
internal sealed class PatchException(string message, bool isUnmergeable = false) : Exception(message)
{
    public bool IsUnmergeable { get; } = isUnmergeable;
}
