namespace NodeManager.Sandbox.Model.Patching;

/// <summary>A patch that cannot be applied, with the API's message.</summary>
/// <param name="isUnmergeable">A strategic patch that is invalid for any object (500), as opposed to this object (422).</param>
internal sealed class PatchException(string message, bool isUnmergeable = false) : Exception(message)
{
    public bool IsUnmergeable { get; } = isUnmergeable;
}
