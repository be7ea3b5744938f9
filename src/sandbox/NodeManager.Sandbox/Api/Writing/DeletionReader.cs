using System.Text.Json;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Writing;

/// <summary>Reads DeleteOptions from the body, else from the query.</summary>
internal static class DeletionReader
{
    private const string Type = "DeleteOptions";

    // Before 1.25, the error for an unreadable body has no reason.
    private const int BadRequestFrom = 25;

    public static async Task<DeletionRequest> ReadAsync(IncomingRequest request, int minor, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await RequestBody.ReadBytesAsync(request, cancellationToken);
        if (body.IsEmpty)
            return Read(OfQuery(request.Query), minor);
        RequestBody.RequireReadable(request.ContentType);
        try
        {
            return Read(Decode(body, request.ContentType), minor);
        }
        catch (ApiException refusal) when (refusal.Code == 400 && minor < BadRequestFrom)
        {
            throw StatusErrors.Unclassified(refusal.Message);
        }
    }

    public static DeletionRequest Read(JsonObject options, int minor)
    {
        JsonObject? preconditions = options.Object("preconditions");
        string? policy = options.Text("propagationPolicy");
        bool? orphans = options.Flag("orphanDependents");
        var errors = new FieldErrors(minor);
        if (policy is not null && orphans is not null)
            errors.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set");
        if (policy is not (null or "Foreground" or "Background" or "Orphan"))
            errors.NotSupported("propagationPolicy", $"\"{policy}\"", "Foreground", "Background", "Orphan", "nil");
        bool isDryRun = DryRun.Check(options.Texts("dryRun"), errors);
        if (errors.Faults.Count > 0)
            throw StatusErrors.InvalidOptions(Type, errors);
        return new()
        {
            GracePeriod = options.Number("gracePeriodSeconds"),
            Uid = preconditions.Text("uid"),
            ResourceVersion = preconditions.Text("resourceVersion"),
            PropagationPolicy =
                policy
                ?? (
                    orphans switch
                    {
                        true => "Orphan",
                        false => "Background",
                        null => null,
                    }
                ),
            IsDryRun = isDryRun,
            IsCascadeNamed = orphans == false,
        };
    }

    private static JsonObject Decode(ReadOnlyMemory<byte> body, string contentType)
    {
        JsonNode? root;
        try
        {
            root = RequestBody.Parse(body.Span, Type, contentType).Root;
        }
        catch (JsonException fault)
        {
            throw StatusErrors.BadRequest("couldn't get version/kind; json parse error: " + BodyFaults.Of(fault, body.Span));
        }

        if (root is null)
            return [];
        if (root is not JsonObject options)
            throw StatusErrors.BadRequest(BodyFaults.NoEnvelope(root));
        string version = options.Text("apiVersion") is { Length: > 0 } stated ? stated : "v1",
            kind = options.Text("kind") is { Length: > 0 } named ? named : Type;
        if (kind != Type)
            throw StatusErrors.BadRequest($"no kind \"{kind}\" is registered for version \"{version}\" in scheme \"sandbox\"");
        return ValueTypes.FindFault(options, Type, isConverted: false) is { } wrong ? throw StatusErrors.BadRequest(wrong) : options;
    }

    private static JsonObject OfQuery(QueryParameters query)
    {
        var options = new JsonObject();
        if (query["gracePeriodSeconds"] is { } grace)
            options["gracePeriodSeconds"] = long.TryParse(grace, out long seconds)
                ? seconds
                : throw StatusErrors.BadRequest($"strconv.ParseInt: parsing \"{grace}\": invalid syntax");
        if (query["orphanDependents"] is not null)
            options["orphanDependents"] = query.IsTrue("orphanDependents");
        if (query["propagationPolicy"] is { } policy)
            options["propagationPolicy"] = policy;
        if (query["resourceVersion"] is { Length: > 0 } version)
            options["preconditions"] = new JsonObject { ["resourceVersion"] = version };
        if (query.All("dryRun").ToArray() is { Length: > 0 } dry)
            options["dryRun"] = new JsonArray([.. dry.Select(static one => JsonValue.Create(one))]);
        return options;
    }
}
