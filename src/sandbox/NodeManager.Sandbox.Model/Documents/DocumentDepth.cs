using System.Text.Json;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>How deeply documents may be nested.</summary>
internal static class DocumentDepth
{
    /// <summary>The limit, in levels. No kind of the Kubernetes API comes near it.</summary>
    public const int Limit = 256;

    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = Limit };
}
