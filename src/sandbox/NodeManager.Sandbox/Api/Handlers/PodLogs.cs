using System.Globalization;
using System.Text;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>Logs of containers: output of simulated programs, or a text for others.</summary>
internal sealed class PodLogs(DocumentStore store, PodRuns runs, TimeProvider time)
{
    private const string ContentType = "text/plain; charset=utf-8";

    public ApiResponse Answer(IncomingRequest request, ResourcePath path)
    {
        if (request.Method != "GET")
            throw StatusErrors.MethodNotAllowed();
        long version = store.Version;
        StoredObject pod =
            store.Get(BuiltInKinds.Pods, path.ObjectNamespace, path.Name) ?? throw StatusErrors.NotFound(BuiltInKinds.Pods, path.Name);
        JsonObject document = pod.ToJson();
        string container = Container(document, pod.Name, request.Query["container"]);
        bool isPrevious = request.Query.IsTrue("previous");
        (string text, string at) = Text(pod, document, container, isPrevious);
        byte[] output = Limit(Encoding.UTF8.GetBytes(Choose(request.Query, text, at)), request.Query.Number("limitBytes"));
        bool isFull = request.Query.Number("limitBytes") is { } limit && output.Length >= limit;
        if (!request.Query.IsTrue("follow") || isPrevious || isFull)
            return new() { ContentType = ContentType, Segments = [output] };
        string? running = RunningOf(pod, container);
        ChangeCursor? cursor = store.OpenCursor(BuiltInKinds.Pods, version);
        return new()
        {
            ContentType = ContentType,
            Stream = async (into, cancellationToken) =>
            {
                await into.WriteAsync(output, cancellationToken);
                if (running is not null)
                    await EndAsync(cursor, pod, container, running, cancellationToken);
            },
        };
    }

    /// <summary>Completes when the running container has ended.</summary>
    private async Task EndAsync(
        ChangeCursor? cursor,
        StoredObject pod,
        string container,
        string running,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            // Dropped changes are covered by the current state.
            while (cursor is null or { IsExpired: true })
            {
                long version = store.Version;
                if (
                    store.Get(BuiltInKinds.Pods, pod.Namespace, pod.Name) is not { } now
                    || now.Uid != pod.Uid
                    || RunningOf(now, container) != running
                )
                    return;
                cursor = store.OpenCursor(BuiltInKinds.Pods, version);
            }

            while (cursor.TryRead(out Change? change))
                if (change.Object.Uid == pod.Uid && (change.Type == ChangeType.Deleted || RunningOf(change.Object, container) != running))
                    return;
            await cursor.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The identity of a running container; null if it does not run.</summary>
    private static string? RunningOf(StoredObject pod, string container)
    {
        JsonObject? status = pod.ToJson().Object("status");
        JsonObject? found = (status.Array("containerStatuses") ?? [])
            .Concat(status.Array("initContainerStatuses") ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(one => one.Text("name") == container);
        return found.Object("state").Object("running") is { } running ? $"{found.Text("containerID")} {running.Text("startedAt")}" : null;
    }

    private static string Container(JsonObject pod, string name, string? asked)
    {
        string[] all = [.. Names(pod, "containers"), .. Names(pod, "initContainers")];
        if (asked is not null)
            return all.Contains(asked) ? asked : throw StatusErrors.BadRequest($"container {asked} is not valid for pod {name}");
        string[] own = [.. Names(pod, "containers")];
        return own.Length == 1
            ? own[0]
            : throw StatusErrors.BadRequest($"a container name must be specified for pod {name}, choose one of: [{string.Join(' ', own)}]");
    }

    private static IEnumerable<string> Names(JsonObject pod, string list) =>
        pod.Object("spec").Objects(list).Select(container => container.Text("name") ?? "");

    // With the time of all lines, which is the start of the container.
    private (string Text, string At) Text(StoredObject pod, JsonObject document, string container, bool isPrevious)
    {
        JsonObject? status = document.Object("status").Objects("containerStatuses").FirstOrDefault(one => one.Text("name") == container);
        if (pod.Field("status.phase") is "Pending" or "")
            throw StatusErrors.BadRequest($"container \"{container}\" in pod \"{pod.Name}\" is waiting to start: ContainerCreating");
        bool isFirst = Names(document, "containers").First() == container;
        PodRun? run = isFirst ? runs.Of(pod, document.Object("status").Text("startTime") ?? "") : null;
        if (isPrevious && (run is null ? status.Number("restartCount") is null or 0 : run.Starts < 2))
            throw StatusErrors.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name}\" not found");
        if (run is not null)
            return (isPrevious ? run.PreviousLog : run.Last.Log, run.At);
        string at = document.Object("status").Text("startTime") ?? "";
        return (
            status.Object("state").Object("waiting") is not null || isPrevious
                ? $"{container}: this container is simulated, and made to crash\n"
                : $"{container}: this container is simulated, nothing runs in it\n",
            at
        );
    }

    private string Choose(QueryParameters query, string text, string at)
    {
        DateTimeOffset written = DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, out DateTimeOffset known)
            ? known
            : time.GetUtcNow();
        if (query.Number("sinceSeconds") is { } seconds)
        {
            if (seconds < 1)
                throw StatusErrors.BadRequest("sinceSeconds must be greater than 0");
            if (written < time.GetUtcNow().AddSeconds(-seconds))
                return "";
        }

        if (DateTimeOffset.TryParse(query["sinceTime"], CultureInfo.InvariantCulture, out DateTimeOffset since) && written < since)
            return "";
        if (text.Length == 0)
            return text;
        string[] lines = text.TrimEnd('\n').Split('\n');
        if (query.Number("tailLines") is { } tail)
            lines = [.. lines.TakeLast((int)Math.Clamp(tail, 0, lines.Length))];
        if (query.IsTrue("timestamps"))
            lines = Array.ConvertAll(lines, line => $"{ResourceRegistry.Timestamp(written)} {line}");
        return lines.Length == 0 ? "" : string.Join('\n', lines) + "\n";
    }

    private static byte[] Limit(byte[] text, long? bytes) =>
        bytes is { } maximum && maximum < text.Length ? text[..(int)Math.Max(0, maximum)] : text;
}
