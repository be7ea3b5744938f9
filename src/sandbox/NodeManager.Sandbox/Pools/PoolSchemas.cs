using System.Text;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Sandbox.Pools;

/// <summary>The schemas of the service's public specification, loaded on first use.</summary>
internal static class PoolSchemas
{
    private static readonly Lazy<JsonObject> Specification = new(static () =>
    {
        using Stream stream = typeof(PoolSchemas).Assembly.GetManifestResourceStream("NodeManager.Sandbox.Pools.openapi-spec.yaml")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return YamlJsonReader.Read(reader.ReadToEnd()).Root!.AsObject();
    });

    public static JsonObject Definitions => Specification.Value.Object("definitions")!;

    /// <summary>The first fault of a value; null for none.</summary>
    public static string? Check(JsonNode? value, string definition) =>
        PoolSchemaCheck.Find(value, Definitions.Object(definition)!, "", Definitions);
}
