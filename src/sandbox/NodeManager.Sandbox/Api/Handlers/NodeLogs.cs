using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>
/// Log queries of simulated kubelets (<c>nodes/NAME/proxy/logs/</c>), which have a log of their own: its lines are the changes of the node's
/// conditions.
/// </summary>
internal sealed partial class NodeLogs(DocumentStore store, FaultRegistry faults, int minor)
{
    private const int QueriesFrom = 27;

    /// <summary>Null for other paths.</summary>
    public ApiResponse? TryAnswer(IncomingRequest request)
    {
        if (LogPath().Match(request.Path) is not { Success: true } match)
            return null;
        if (request.Method != "GET")
            throw StatusErrors.MethodNotAllowed();
        string name = Uri.UnescapeDataString(match.Groups["node"].Value);
        StoredObject node = store.Get(BuiltInKinds.Nodes, "", name) ?? throw StatusErrors.NotFound(BuiltInKinds.Nodes, name);
        if (faults.IsHit(SandboxFaultKind.NodeDown, name))
            throw new ApiException(503, "ServiceUnavailable", "error trying to reach service: dial tcp: connect: no route to host");
        string? query = request.Query["query"];
        if (minor < QueriesFrom || query is null)
            return ApiResponse.Text("<pre>\n<a href=\"pods/\">pods/</a>\n</pre>\n", 200) with { ContentType = "text/html; charset=utf-8" };
        if (query.AsSpan().ContainsAny('/', '\\'))
            return ApiResponse.Text("404 page not found\n", 404);
        return ApiResponse.Text(query == "kubelet" ? Journal(node, request.Query) : $"\nlog not found for {query}\n", 200);
    }

    private static string Journal(StoredObject node, QueryParameters query)
    {
        JsonObject document = node.ToJson();
        List<(DateTimeOffset Time, string Text)> lines =
        [
            (Time(document.Object("metadata").Text("creationTimestamp")), "Started kubelet (simulated)"),
        ];
        foreach (JsonObject condition in document.Object("status").Objects("conditions"))
            lines.Add(
                (Time(condition.Text("lastTransitionTime")), $"Node condition {condition.Text("type")} is {condition.Text("status")}")
            );
        if (query.Number("boot") < 0)
            return "Data from the specified boot is not available: No such boot ID in journal\n";
        Regex? pattern = query["pattern"] is { Length: > 0 } text ? Pattern(text) : null;
        StringBuilder journal = new();
        IEnumerable<(DateTimeOffset Time, string Text)> chosen = lines
            .OrderBy(static one => one.Time)
            .Where(one => pattern?.IsMatch(one.Text) != false)
            .TakeLast((int)Math.Clamp(query.Number("tailLines") ?? lines.Count, 0, lines.Count));
        // With a pattern, journalctl returns the last line first.
        if (pattern is not null)
            chosen = chosen.Reverse();
        foreach ((DateTimeOffset time, string line) in chosen)
            journal.Append(CultureInfo.InvariantCulture, $"{time:MMM dd HH:mm:ss.ffffff} {node.Name} kubelet[1]: {line}\n");
        return journal.Length == 0 ? "-- No entries --\n" : journal.ToString();
    }

    private static Regex Pattern(string text)
    {
        try
        {
            return new(text, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);
        }
        catch (Exception invalid) when (invalid is ArgumentException or NotSupportedException)
        {
            throw StatusErrors.BadRequest($"pattern: Invalid value: \"{text}\": {invalid.Message}");
        }
    }

    private static DateTimeOffset Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time
            : default;

    [GeneratedRegex("^/api/v1/nodes/(?<node>[^/]+)/proxy/logs/?$", RegexOptions.NonBacktracking)]
    private static partial Regex LogPath();
}
