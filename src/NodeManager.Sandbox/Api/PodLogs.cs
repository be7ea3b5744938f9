using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kubelet;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>What containers wrote: what their programs say, and of those without a program that they are simulated.</summary>
internal sealed class PodLogs(ObjectStore store, PodRuns runs)
{
    public ApiResponse Answer(ApiRequest request, ResourcePath path)
    {
        if (request.Method != "GET") throw ApiErrors.MethodNotAllowed();
        StoredObject pod = store.Get(BuiltInKinds.Pods, path.ObjectNamespace, path.Name) ?? throw ApiErrors.NotFound(BuiltInKinds.Pods, path.Name);
        JsonObject document = pod.ToJson();
        string container = Container(document, pod.Name, request.Query["container"]);
        bool isPrevious = request.Query.IsTrue("previous");
        string text = Text(pod, document, container, isPrevious);
        return ApiResponse.Text(Tail(text, request.Query.Number("tailLines")));
    }

    private static string Container(JsonObject pod, string name, string? asked)
    {
        string[] all = [.. Names(pod, "containers"), .. Names(pod, "initContainers")];
        if (asked is not null)
            return all.Contains(asked) ? asked : throw ApiErrors.BadRequest($"container {asked} is not valid for pod {name}");
        string[] own = [.. Names(pod, "containers")];
        return own.Length == 1
            ? own[0]
            : throw ApiErrors.BadRequest($"a container name must be specified for pod {name}, choose one of: [{string.Join(' ', own)}]");
    }

    private static IEnumerable<string> Names(JsonObject pod, string list) =>
        (pod.Object("spec").Array(list) ?? []).OfType<JsonObject>().Select(container => container.Text("name") ?? "");

    private string Text(StoredObject pod, JsonObject document, string container, bool isPrevious)
    {
        JsonObject? status = (document.Object("status").Array("containerStatuses") ?? []).OfType<JsonObject>()
            .FirstOrDefault(one => one.Text("name") == container);
        if (pod.Field("status.phase") is "Pending" or "")
            throw ApiErrors.BadRequest($"container \"{container}\" in pod \"{pod.Name}\" is waiting to start: ContainerCreating");
        bool isFirst = Names(document, "containers").First() == container;
        PodRun? run = isFirst ? runs.Of(pod, document.Object("status").Text("startTime") ?? "") : null;
        if (isPrevious && (run is null ? status.Number("restartCount") is null or 0 : run.Starts < 2))
            throw ApiErrors.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name}\" not found");
        if (run is not null) return isPrevious ? run.PreviousLog : run.Last.Log;
        string at = document.Object("status").Text("startTime") ?? "";
        return status.Object("state").Object("waiting") is not null || isPrevious
            ? $"{at} {container}: this container is simulated, and made to crash\n"
            : $"{at} {container}: this container is simulated, nothing runs in it\n";
    }

    private static string Tail(string text, long? lines)
    {
        if (lines is null) return text;
        string[] all = text.TrimEnd('\n').Split('\n');
        return lines <= 0 || text.Length == 0 ? "" : string.Join('\n', all.TakeLast((int)Math.Min(lines.Value, all.Length))) + "\n";
    }
}
