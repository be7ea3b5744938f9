using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Parameters;

/// <summary>Reads descriptions of pools from parameters and files.</summary>
internal static class PoolInput
{
    /// <summary>Accepts a pool, a specification, a platform, JSON or YAML text, a hashtable, or an object of ConvertFrom-Json.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid, NodePoolFieldUnsupported.</exception>
    public static PoolDescription Read(object value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            JsonObject spec => new(null, null, spec),
            NodePool pool => new(pool.Name, pool.ClusterId, SpecOf(pool.Spec)),
            NodePoolSpec whole => new(null, null, SpecOf(whole)),
            NodePoolPlatform platform => new(null, null, new() { ["platform"] = PoolSpecWriter.Write(platform) }),
            string text => PoolText.Read(text, ""),
            _ when PSObject.AsPSObject(value).Properties["Spec"]?.Value is PSObject or NodePoolSpec && RowOf(value) is { } row => row,
            _ => PoolText.Read(JsonMap.From(value), ""),
        };

    /// <summary>A JSON merge patch: a hashtable, JSON or YAML text, or an object of ConvertFrom-Json.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static JsonObject ReadPatch(object value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) is string text ? PoolText.ReadPatch(text) : JsonMap.ObjectFrom(value);

    /// <summary>Labels to set; a null value removes the label. Returns null for none.</summary>
    /// <exception cref="NodeManagerException">InvalidLabelValue.</exception>
    public static Dictionary<string, string?>? ReadLabels(IDictionary? labels) =>
        labels
            ?.Cast<DictionaryEntry>()
            .ToDictionary(
                static one => Convert.ToString(one.Key, CultureInfo.InvariantCulture)!,
                static one =>
                    one.Value is null ? null : TextMap.From(new Hashtable { ["value"] = one.Value }, ErrorIds.InvalidLabelValue)["value"]
            );

    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static PoolDescription ReadFile(string path)
    {
        try
        {
            return PoolText.Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.ResourceUnavailable,
                $"The file '{path}' cannot be read: {e.Message}",
                path,
                "Check the path and its permissions.",
                e
            );
        }
    }

    private static JsonObject SpecOf(NodePoolSpec spec) => JsonNode.Parse(spec.Json)!.AsObject();

    // A pool that lost its class still has its specification as JSON.
    private static PoolDescription? RowOf(object value) =>
        PSObject.AsPSObject(value).Properties["Spec"]?.Value is PSObject spec
        && spec.Properties["Json"]?.Value is string json
        && json.StartsWith('{')
            ? new(ObjectRow.Read(value, "Name"), ObjectRow.Read(value, "ClusterId"), PoolText.Read(json, "").Spec)
            : null;
}
