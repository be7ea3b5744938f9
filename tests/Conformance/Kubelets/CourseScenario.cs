using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Kubelets;

/// <summary>A pod, and the states that a kubelet has to show of it.</summary>
/// <param name="Script">What its container does on a real node.</param>
/// <param name="Container">Further fields of the container.</param>
/// <param name="Spec">Further fields of the pod.</param>
/// <param name="Annotations">The same behavior for a simulated kubelet.</param>
/// <param name="DeletedIn">The state in which the pod is deleted; empty: it is not deleted.</param>
/// <param name="Course">The states, each with the seconds that it lasts.</param>
internal sealed record CourseScenario(
    string Name,
    string Script,
    string Container,
    string Spec,
    string Annotations,
    string DeletedIn,
    params (string State, double Seconds)[] Course
)
{
    private const string Server = "while true; do sleep 0.1; done",
        Heeds = "trap 'exit 0' TERM; " + Server,
        Ignores = "trap '' TERM; " + Server;

    private const string Created = "Pending unready -",
        Creating = "Pending unready ContainerCreating",
        Unready = "Running unready running",
        Serving = "Running ready running",
        Terminating = "Running ready running terminating",
        Completed = "Succeeded unready Completed:0 terminating",
        Killed = "Failed unready Error:137 terminating",
        Crashed = "Running unready Error:1",
        BackOff = "Running unready CrashLoopBackOff",
        Gone = "gone";

    private static readonly (string, double)[] Start = [(Created, 0), (Creating, 1)];

    public static IReadOnlyList<CourseScenario> All { get; } =
    [
        new("end", Heeds, "{}", "{}", "{}", Serving, [.. Start, (Serving, 0), (Terminating, 0.3), (Completed, 1), (Gone, 0)]),
        new(
            "hook",
            Heeds,
            """{"lifecycle":{"preStop":{"exec":{"command":["sleep","5"]}}}}""",
            "{}",
            "{}",
            Serving,
            [.. Start, (Serving, 0), (Terminating, 5.3), (Completed, 1), (Gone, 0)]
        ),
        new(
            "deaf",
            Ignores,
            "{}",
            """{"terminationGracePeriodSeconds":6}""",
            """{"slow-terminate":"ignore"}""",
            Serving,
            [.. Start, (Serving, 0), (Terminating, 6), (Killed, 1), (Gone, 0)]
        ),
        new(
            "deaf-hook",
            Ignores,
            """{"lifecycle":{"preStop":{"exec":{"command":["sleep","60"]}}}}""",
            """{"terminationGracePeriodSeconds":5}""",
            """{"slow-terminate":"ignore"}""",
            Serving,
            [.. Start, (Serving, 0), (Terminating, 7), (Killed, 1), (Gone, 0)]
        ),
        new(
            "slow",
            "sleep 4; touch /tmp/ready; " + Heeds,
            """{"readinessProbe":{"exec":{"command":["test","-f","/tmp/ready"]},"periodSeconds":1}}""",
            "{}",
            """{"ready-after":"4"}""",
            "",
            [.. Start, (Unready, 4.5), (Serving, 0)]
        ),
        new(
            "once",
            "sleep 3",
            "{}",
            """{"restartPolicy":"Never"}""",
            """{"complete-after":"3"}""",
            "",
            [.. Start, (Serving, 3), ("Succeeded unready Completed:0", 0)]
        ),
        new(
            "crash",
            "sleep 1; exit 1",
            "{}",
            "{}",
            """{"crash":"1"}""",
            "",
            [.. Start, (Serving, 1), (Crashed, 0.5), (Serving, 1), (Crashed, 10), (BackOff, 0.2), (Serving, 1), (Crashed, 20), (BackOff, 0)]
        ),
        new(
            "missing",
            "true",
            """{"image":"missing.invalid/app:1"}""",
            "{}",
            "{}",
            "",
            [.. Start, ("Pending unready ErrImagePull", 10), ("Pending unready ImagePullBackOff", 0)]
        ),
    ];

    public JsonObject Pod(string node, string image)
    {
        JsonObject pod = Manifests.Pod(Name, node);
        JsonObject container = pod["spec"]!["containers"]![0]!.AsObject();
        container["image"] = image;
        container["imagePullPolicy"] = "IfNotPresent";
        container["command"] = new JsonArray("sh", "-c", Script);
        Copy(Container, container);
        pod["spec"]!["terminationGracePeriodSeconds"] = 30;
        Copy(Spec, pod["spec"]!.AsObject());
        foreach ((string key, JsonNode? value) in JsonNode.Parse(Annotations)!.AsObject())
            pod.Annotate("sandbox.nodemanager/" + key, (string)value!);
        return pod;
    }

    public override string ToString() => Name;

    private static void Copy(string fields, JsonObject into)
    {
        foreach ((string key, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
            into[key] = value?.DeepClone();
    }
}
