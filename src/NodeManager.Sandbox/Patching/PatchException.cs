namespace NodeManager.Sandbox.Patching;

/// <summary>A patch that cannot be applied, in the API's words.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="isMalformed">True where the patch itself is wrong (400), false where it does not fit the object (422).</param>
internal sealed class PatchException(string message, bool isMalformed) : Exception(message)
{
    public bool IsMalformed { get; } = isMalformed;
}
