using System.Text;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Patching;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Bodies;

internal sealed class ObjectPatch
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";

    /// <summary>Server-side apply: the configuration of a manager instead of changes.</summary>
    public const string ApplyType = "application/apply-patch+yaml";

    private const int OperationsNamedFrom = 25;
    private const string NoPatch = "Invalid JSON Patch";

    private readonly string _type;
    private readonly JsonNode _document;
    private readonly int _minor;

    private ObjectPatch(string type, RequestDocument body, int minor)
    {
        _minor = minor;
        _type = type;
        _document = body.Root!;
        Body = body;
        ConcernsOwners = _document.ToJsonString().Contains("managedFields", StringComparison.Ordinal);
    }

    public RequestDocument Body { get; }

    /// <summary>The patch may concern managedFields, so it needs them in the document.</summary>
    public bool ConcernsOwners { get; }

    public bool IsStrategic => _type == Strategic;

    /// <summary>Duplicate members, as in warnings.</summary>
    public IEnumerable<string> Duplicates =>
        _type == Json ? Body.Describe(byLine: false).Select(static text => "json patch " + text) : Body.Describe(byLine: false);

    public static void RequireType(IncomingRequest request, ResourceKind kind)
    {
        string type = RequestBody.MediaType(request.ContentType);
        if (kind.Custom is not null && type is not (Json or Merge))
            throw StatusErrors.UnsupportedMediaType(Json, Merge, ApplyType);
        if (type is not (Json or Merge or Strategic))
            throw StatusErrors.UnsupportedPatch();
    }

    /// <param name="request">With a supported type.</param>
    /// <param name="isThere">Whether the object exists: a missing one is reported before errors of the patch.</param>
    public static async Task<ObjectPatch> ReadAsync(IncomingRequest request, bool isThere, int minor, CancellationToken cancellationToken)
    {
        string type = RequestBody.MediaType(request.ContentType);
        if (!isThere)
            return new(type, RequestDocument.Empty with { Root = new JsonObject() }, minor);
        RequestDocument body = await RequestBody.ReadPatchAsync(
            request,
            type == Strategic ? "" : "error decoding patch: ",
            cancellationToken
        );
        return body.Root switch
        {
            JsonArray when type == Json => new(type, body, minor),
            JsonObject when type != Json => new(type, body, minor),
            null when type == Merge => throw (
                minor < OperationsNamedFrom ? StatusErrors.Unclassified(NoPatch) : StatusErrors.BadRequest(NoPatch)
            ),
            null => new(type, body with { Root = type == Json ? new JsonArray() : new JsonObject() }, minor),
            var root when type == Json => throw StatusErrors.BadRequest(
                minor < OperationsNamedFrom
                    ? $"json: cannot unmarshal {ValueTypes.NameOf(root)} into Go value of type jsonpatch.Patch"
                    : $"error decoding patch: json: cannot unmarshal {ValueTypes.NameOf(root)} into Go value of type []handlers.jsonPatchOp"
            ),
            var root => throw StatusErrors.BadRequest(
                $"{(type == Strategic ? "" : "error decoding patch: ")}json: cannot unmarshal {ValueTypes.NameOf(root)} into Go value of type map[string]interface {{}}"
            ),
        };
    }

    /// <summary>As shown in messages: the patch itself for a strategic merge, else its result.</summary>
    public string Show(JsonObject changed) => IsStrategic ? GoText.Of(_document) : Encoding.UTF8.GetString(ApiResponse.Serialize(changed));

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
                    StrategicPatch.Apply(target, _document.AsObject(), path.Kind.SchemaType, _minor);
                    return target;
            }
        }
        catch (PatchException fault)
        {
            if (fault.IsUnmergeable)
                throw StatusErrors.Unclassified(fault.Message);
            throw new ApiException(422, "Invalid", "the server rejected our request due to an error in our request", new JsonObject());
        }
    }
}
