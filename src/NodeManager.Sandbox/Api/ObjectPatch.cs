using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Patching;

namespace NodeManager.Sandbox.Api;

/// <summary>A patch as a request carries it.</summary>
internal sealed class ObjectPatch
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";

    /// <summary>What a manager applies: no change of what is there, but what it wants.</summary>
    public const string ApplyType = "application/apply-patch+yaml";

    private readonly string _type;
    private readonly JsonNode _document;

    private ObjectPatch(string type, JsonNode document)
    {
        _type = type;
        _document = document;
        ConcernsOwners = document.ToJsonString().Contains("managedFields", StringComparison.Ordinal);
    }

    /// <summary>True where the patch may say something of managedFields, so that it needs to see them.</summary>
    public bool ConcernsOwners { get; }

    /// <exception cref="ApiException">400, 415.</exception>
    public static async Task<ObjectPatch> ReadAsync(ApiRequest request, ResourceKind kind, CancellationToken cancellationToken)
    {
        string type = RequestBody.MediaType(request.ContentType);
        if (kind.Custom is not null && type is not (Json or Merge)) throw ApiErrors.UnsupportedMediaType(Json, Merge, ApplyType);
        if (type is not (Json or Merge or Strategic)) throw ApiErrors.UnsupportedMediaType(Json, Merge, Strategic, ApplyType);
        JsonNode? document = await RequestBody.ReadAsync(request, "Patch", cancellationToken);
        return document switch
        {
            JsonArray when type == Json => new(type, document),
            JsonObject when type != Json => new(type, document),
            _ when type == Json => throw ApiErrors.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch"),
            _ => throw ApiErrors.BadRequest("error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"),
        };
    }

    /// <exception cref="ApiException">400, 422.</exception>
    public JsonObject Apply(ResourcePath path, JsonObject target)
    {
        try
        {
            switch (_type)
            {
                case Json:
                    return JsonPatch.Apply(target, _document.AsArray());
                case Merge:
                    MergePatch.Apply(target, _document.AsObject());
                    return target;
                default:
                    StrategicPatch.Apply(target, _document.AsObject());
                    return target;
            }
        }
        catch (PatchException fault)
        {
            if (fault.IsUnmergeable) throw ApiErrors.Unclassified(fault.Message);
            throw new ApiException(422, "Invalid", "the server rejected our request due to an error in our request", new JsonObject());
        }
    }
}
