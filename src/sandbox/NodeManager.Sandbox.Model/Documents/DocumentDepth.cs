using System.Text.Json;

namespace NodeManager.Sandbox.Model.Documents;

internal static class DocumentDepth
{
    /// <summary>In levels; far more than any kind of the Kubernetes API needs.</summary>
    public const int Limit = 256;

    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = Limit };
}
