using System.Globalization;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>The options of a list or watch.</summary>
internal sealed class ListQuery
{
    private const int InitialEventsKnownFrom = 27;
    private const int InitialEventsServedFrom = 32;
    private const int VersionsAreRequestsFrom = 33;
    private const string Options = "ListOptions";
    private const string MatchField = "resourceVersionMatch";

    public required LabelQuery Labels { get; init; }

    public required FieldQuery Fields { get; init; }

    public long Limit { get; init; }

    public ListPage? Page { get; init; }

    public long? ResourceVersion { get; init; }

    public bool IsExact { get; init; }

    /// <summary>Whether a watch starts with the current state; null by default.</summary>
    public bool? SendsInitialEvents { get; init; }

    /// <summary>A complete list of the newest state is requested.</summary>
    public bool IsWhole => Page is null && Limit == 0 && !IsExact;

    public bool IsUnfiltered => Labels.IsEmpty && Fields.IsEmpty;

    public static ListQuery Parse(IncomingRequest request, ResourcePath path, int minor)
    {
        string token = request.Query["continue"] ?? "",
            version = request.Query["resourceVersion"] ?? "",
            match = request.Query["resourceVersionMatch"] ?? "";
        LabelQuery labels = LabelQuery.Parse(request.Query["labelSelector"]);
        request.Query.Number("timeoutSeconds");
        long limit = request.Query.Number("limit") ?? 0;
        var errors = new FieldErrors(minor);
        if (match.Length > 0)
        {
            if (version.Length == 0)
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden unless resourceVersion is provided");
            if (token.Length > 0)
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden when continue is provided");
            if (match is not ("Exact" or "NotOlderThan"))
                errors.NotSupported(MatchField, $"\"{match}\"", "Exact", "NotOlderThan", "");
            if (match == "Exact" && version == "0")
                errors.Forbidden(MatchField, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (minor >= InitialEventsKnownFrom && request.Query["sendInitialEvents"] is not null)
            errors.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        if (errors.Faults.Count > 0)
            throw StatusErrors.InvalidOptions(Options, errors);

        FieldQuery fields = FieldQuery.Parse(path.Kind, request.Query["fieldSelector"]);
        if (token.Length > 0 && version.Length > 0 && version != "0")
            throw StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        // Older servers refuse a list outside their cache with another message.
        long number = ParseVersion(version, limit > 0 || match == "Exact" ? VersionsAreRequestsFrom : minor);
        return new()
        {
            Labels = labels,
            Fields = fields,
            Limit = limit,
            Page = token.Length == 0 ? null : ListPage.Decode(token),
            ResourceVersion = number > 0 ? number : null,

            // Without a match rule, version and limit together request that exact version.
            IsExact = match == "Exact" || (match.Length == 0 && number > 0 && limit > 0),
        };
    }

    public static ListQuery ParseWatch(IncomingRequest request, ResourcePath path, int minor)
    {
        LabelQuery labels = LabelQuery.Parse(request.Query["labelSelector"]);
        request.Query.Number("limit");
        bool? initial = InitialEvents(request, minor);
        long number = ParseVersion(request.Query["resourceVersion"] ?? "", minor);
        return new()
        {
            Labels = labels,
            Fields = FieldQuery.Parse(path.Kind, request.Query["fieldSelector"]),
            ResourceVersion = number > 0 ? number : null,

            // A watch without a version starts with the current state; newer servers mark its end.
            SendsInitialEvents = initial ?? (number == 0 && minor >= InitialEventsServedFrom ? true : null),
        };
    }

    /// <summary>0 without a version.</summary>
    /// <exception cref="ApiException">400, 500: invalid.</exception>
    public static long ParseVersion(string version, int minor)
    {
        if (version.Length == 0)
            return 0;
        if (ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
            return number > long.MaxValue ? long.MaxValue : (long)number;
        bool isTooLarge = version.All(char.IsAsciiDigit);
        string why =
            $"resourceVersion: Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": {(isTooLarge ? "value out of range" : "invalid syntax")}";
        throw minor >= VersionsAreRequestsFrom
            ? StatusErrors.BadRequest("invalid resource version: " + why)
            : StatusErrors.Unclassified(why);
    }

    // The explicit request for initial events, if the version supports it.
    private static bool? InitialEvents(IncomingRequest request, int minor)
    {
        string match = request.Query["resourceVersionMatch"] ?? "";
        bool isSaid = request.Query["sendInitialEvents"] is not null && minor >= InitialEventsKnownFrom;
        var errors = new FieldErrors(minor);
        if (minor < InitialEventsKnownFrom)
        {
            if (match.Length > 0)
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden for watch");
        }
        else if (!isSaid)
        {
            if (match.Length > 0)
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        else
        {
            if (minor < InitialEventsServedFrom)
                errors.Forbidden(
                    "sendInitialEvents",
                    "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
                );
            if (match.Length == 0)
                errors.Forbidden(MatchField, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            else if (match != "NotOlderThan")
                errors.NotSupported(MatchField, $"\"{match}\"", "NotOlderThan");
            if (request.Query["continue"] is { Length: > 0 })
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden when continue is provided");
        }

        if (errors.Faults.Count > 0)
            throw StatusErrors.InvalidOptions(Options, errors);
        return isSaid ? request.Query.IsTrue("sendInitialEvents") : null;
    }

    public bool Matches(StoredObject item) => (Labels.IsEmpty || Labels.Matches(item.Labels)) && (Fields.IsEmpty || Fields.Matches(item));
}
