using NodeManager.Sandbox.Selectors;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>What of a collection is wanted.</summary>
internal sealed class ListQuery
{
    private const int InitialEventsKnownFrom = 27;
    private const int InitialEventsServedFrom = 32;

    public required LabelSelector Labels { get; init; }

    public required FieldSelector Fields { get; init; }

    public long Limit { get; init; }

    public ListPage? Page { get; init; }

    public long? ResourceVersion { get; init; }

    public bool IsExact { get; init; }

    /// <summary>Whether a watch begins with what exists; null where the request does not say.</summary>
    public bool? SendsInitialEvents { get; init; }

    /// <summary>True where the newest state is wanted, and all of it at once.</summary>
    public bool IsWhole => Page is null && Limit == 0 && !IsExact;

    public bool IsUnfiltered => Labels.IsEmpty && Fields.IsEmpty;

    /// <exception cref="ApiException">400.</exception>
    public static ListQuery Parse(ApiRequest request, ResourcePath path)
    {
        string? token = request.Query["continue"], version = request.Query["resourceVersion"], match = request.Query["resourceVersionMatch"];
        long? number = null;
        if (!string.IsNullOrEmpty(version))
        {
            number = long.TryParse(version, out long parsed) && parsed >= 0
                ? parsed
                : throw ApiErrors.InvalidResourceVersion(version);
        }

        if (!string.IsNullOrEmpty(match))
        {
            if (match is not ("Exact" or "NotOlderThan"))
                throw ApiErrors.UnsupportedListOption("resourceVersionMatch", match, "Exact", "NotOlderThan", "");
            if (string.IsNullOrEmpty(version))
                throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
            if (!string.IsNullOrEmpty(token))
                throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
            if (match == "Exact" && version == "0")
                throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (!string.IsNullOrEmpty(token) && number > 0) throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
        return new()
        {
            Labels = LabelSelector.Parse(request.Query["labelSelector"]),
            Fields = FieldSelector.Parse(path.Kind, request.Query["fieldSelector"]),
            Limit = request.Query.Number("limit") ?? 0,
            Page = string.IsNullOrEmpty(token) ? null : ListPage.Decode(token),
            ResourceVersion = number > 0 ? number : null,

            // Without a match rule, a version together with a limit asks for exactly that version.
            IsExact = match == "Exact" || (string.IsNullOrEmpty(match) && number > 0 && request.Query.Number("limit") > 0),
        };
    }

    /// <exception cref="ApiException">400, 422.</exception>
    public static ListQuery ParseWatch(ApiRequest request, ResourcePath path, int minor)
    {
        string? version = request.Query["resourceVersion"];
        long? number = null;
        if (!string.IsNullOrEmpty(version))
        {
            number = long.TryParse(version, out long parsed) && parsed >= 0
                ? parsed
                : throw ApiErrors.InvalidResourceVersion(version);
        }

        string? initial = InitialEvents(request, minor);
        return new()
        {
            Labels = LabelSelector.Parse(request.Query["labelSelector"]),
            Fields = FieldSelector.Parse(path.Kind, request.Query["fieldSelector"]),
            ResourceVersion = number > 0 ? number : null,
            SendsInitialEvents = initial is null ? null : request.Query.IsTrue("sendInitialEvents"),
        };
    }

    // Whether the watch says that it wants (or does not want) to begin with what exists, as far as the version knows of that.
    private static string? InitialEvents(ApiRequest request, int minor)
    {
        string? initial = request.Query["sendInitialEvents"], match = request.Query["resourceVersionMatch"];
        if (minor < InitialEventsKnownFrom)
        {
            if (!string.IsNullOrEmpty(match)) throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "resourceVersionMatch is forbidden for watch");
            return null;
        }

        if (initial is null)
        {
            if (string.IsNullOrEmpty(match)) return null;
            throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (minor < InitialEventsServedFrom)
            throw ApiErrors.ForbiddenListOption("sendInitialEvents", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        if (string.IsNullOrEmpty(match))
            throw ApiErrors.ForbiddenListOption("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        return match == "NotOlderThan" ? initial : throw ApiErrors.UnsupportedListOption("resourceVersionMatch", match, "NotOlderThan");
    }

    public bool Matches(StoredObject item) => (Labels.IsEmpty || Labels.Matches(item.Labels)) && (Fields.IsEmpty || Fields.Matches(item));
}
