using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Pools;

/// <summary>The schemas of the pool service's public specification. Read once, when the first request comes.</summary>
internal static class PoolSchemas
{
    private static readonly Lazy<JsonObject> Specification = new(static () =>
    {
        using Stream stream = typeof(PoolSchemas).Assembly.GetManifestResourceStream("NodeManager.Sandbox.Pools.openapi-spec.yaml")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return YamlJsonReader.Read(reader.ReadToEnd()).Root!.AsObject();
    });

    public static JsonObject Definitions => Specification.Value.Object("definitions")!;

    /// <summary>What is wrong with a value, the first fault; null for nothing.</summary>
    /// <param name="value">A request's body.</param>
    /// <param name="definition">The name of its schema.</param>
    public static string? Check(JsonNode? value, string definition) =>
        PoolSchemaCheck.Find(value, Definitions.Object(definition)!, "", Definitions);
}
