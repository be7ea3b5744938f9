using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>A watch that is open: its events without what differs from cluster to cluster, until one named for its end.</summary>
internal sealed class WatchReader : IDisposable
{
    /// <summary>The object whose appearance ends what is compared.</summary>
    public const string Last = "zz-last";

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _answer;

    private WatchReader(HttpClient http, HttpResponseMessage answer)
    {
        _http = http;
        _answer = answer;
    }

    /// <summary>Opened: whatever happens from now on is told.</summary>
    public static async Task<WatchReader> OpenAsync(Uri server, HttpMessageHandler transport, string path)
    {
        var http = new HttpClient(transport) { BaseAddress = server, Timeout = TimeSpan.FromSeconds(60) };
        return new(http, await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>A line an event.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        List<string> events = [];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        using var lines = new StreamReader(await _answer.Content.ReadAsStreamAsync(limit.Token));
        long newest = 0;
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            JsonNode change = JsonNode.Parse(line)!;
            JsonNode item = change["object"]!;
            JsonNode? metadata = item["metadata"];
            if ((string?)change["type"] == "ERROR")
            {
                events.Add($"ERROR {item["code"]} {item["reason"]}");
                return events;
            }

            string name = (string?)metadata?["name"] ?? "";
            long version = long.Parse((string)metadata!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
            bool isBookmark = (string?)change["type"] == "BOOKMARK";

            // Those between come when time has passed.
            bool isEnd = metadata["annotations"]?["k8s.io/initial-events-end"] is not null;
            if ((!isBookmark || isEnd) && !IsLastMark(change, item, metadata)) events.Add(Describe(change, item, metadata, name, version, newest));
            newest = Math.Max(newest, version);
            if (name == Last) return events;
        }

        return events;
    }

    public void Dispose()
    {
        _answer.Dispose();
        _http.Dispose();
    }

    // Known to differ: of a pod that ends at once the real server tells that it ends before it tells that it is gone.
    private static bool IsLastMark(JsonNode change, JsonNode item, JsonNode metadata) =>
        (string?)change["type"] == "MODIFIED" && (string?)item["kind"] == "Pod" && (int?)metadata["deletionGracePeriodSeconds"] == 0 && metadata["finalizers"] is null;

    private static string Describe(JsonNode change, JsonNode item, JsonNode metadata, string name, long version, long newest) => string.Join(
        ' ', change["type"], item["kind"], name, version > newest ? "newer" : version == newest ? "same" : "older", $"labels={metadata["labels"]?.ToJsonString()}",
        (string?)change["type"] == "DELETED" ? "gone" : $"grace={metadata["deletionGracePeriodSeconds"]} {(metadata["deletionTimestamp"] is null ? "stays" : "ends")}", $"finalizers={metadata["finalizers"]?.ToJsonString()}",
        $"phase={item["status"]?["phase"]}", $"node={item["spec"]?["nodeName"]}", $"annotations={metadata["annotations"]?.ToJsonString()}");
}
