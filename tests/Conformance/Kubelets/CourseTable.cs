namespace NodeManager.Conformance.Kubelets;

/// <summary>The courses that are compared.</summary>
internal static class CourseTable
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
        Gone = "gone",
        Ready = "ready",
        NotReady = "not ready";

    // A pod that has just started waits for the kubelet's next look at its containers before it is terminated.
    private const double Settled = 2;

    private static readonly (string, double)[] Start = [(Created, 0), (Creating, 1)];
    private static readonly string[] Started = ["Pulled", "Created", "Started"];
    private static readonly string[] Stopped = [.. Started, "Killing"];

    public static IReadOnlyList<CourseScenario> All { get; } = [.. Ends, .. Starts, .. Failures, .. Replacements, .. Kubelets];

    private static CourseScenario[] Ends =>
        [
            new("end", Heeds)
            {
                Steps = [new(CourseAction.Delete, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 0.3), (Completed, 1), (Gone, 0)],
                Events = Stopped,
            },
            new("hook", Heeds)
            {
                Container = """{"lifecycle":{"preStop":{"exec":{"command":["sleep","5"]}}}}""",
                Steps = [new(CourseAction.Delete, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 5.3), (Completed, 1), (Gone, 0)],
                Events = Stopped,
            },
            new("deaf", Ignores)
            {
                Spec = """{"terminationGracePeriodSeconds":6}""",
                Annotations = """{"slow-terminate":"ignore"}""",
                Steps = [new(CourseAction.Delete, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 6), (Killed, 1), (Gone, 0)],
                Events = Stopped,
            },
            new("deaf-hook", Ignores)
            {
                Container = """{"lifecycle":{"preStop":{"exec":{"command":["sleep","60"]}}}}""",
                Spec = """{"terminationGracePeriodSeconds":5}""",
                Annotations = """{"slow-terminate":"ignore"}""",
                Steps = [new(CourseAction.Delete, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 7), (Killed, 1), (Gone, 0)],
                Events = [.. Stopped, "FailedPreStopHook"],
            },
        ];

    private static CourseScenario[] Starts =>
        [
            new("slow", "sleep 4; touch /tmp/ready; " + Heeds)
            {
                Container = """{"readinessProbe":{"exec":{"command":["test","-f","/tmp/ready"]},"periodSeconds":1}}""",
                Annotations = """{"ready-after":"4"}""",
                Course = [.. Start, (Unready, 4.5), (Serving, 0)],
                Events = [.. Started, "Unhealthy"],
            },
            new("flap", "touch /tmp/ready; sleep 6; rm /tmp/ready; sleep 6; touch /tmp/ready; " + Heeds)
            {
                Container =
                    """{"readinessProbe":{"exec":{"command":["test","-f","/tmp/ready"]},"periodSeconds":1,"failureThreshold":3,"successThreshold":2}}""",
                Steps = [new(CourseAction.BecomeUnready, Serving, 6), new(CourseAction.BecomeReady, Serving, 12)],
                Course = [.. Start, (Unready, 1), (Serving, 8), (Unready, 5), (Serving, 0)],
                Events = [.. Started, "Unhealthy"],
            },
            new("once", "sleep 3")
            {
                Spec = """{"restartPolicy":"Never"}""",
                Annotations = """{"complete-after":"3"}""",
                Course = [.. Start, (Serving, 3), ("Running unready Completed:0", 1), ("Succeeded unready Completed:0", 0)],
            },
        ];

    private static CourseScenario[] Failures =>
        [
            new("crash", "sleep 1; exit 1")
            {
                Annotations = """{"crash":"1"}""",
                Course =
                [
                    .. Start,
                    (Serving, 1),
                    (Crashed, 0.5),
                    (Serving, 1),
                    (Crashed, 13),
                    (BackOff, 0.2),
                    (Serving, 1),
                    (Crashed, 25.5),
                    (BackOff, 0),
                ],
                Events = [.. Started, "BackOff"],
            },
            new("missing", "true")
            {
                Container = """{"image":"missing.invalid/app:1"}""",
                Course =
                [
                    (Created, 0),
                    (Creating, double.NaN),
                    ("Pending unready ErrImagePull", 13),
                    ("Pending unready ImagePullBackOff", 0),
                ],
                Events = ["Pulling", "Failed", "BackOff"],
            },
        ];

    private static CourseScenario[] Replacements =>
        [
            new("set", Heeds)
            {
                Kind = "StatefulSet",
                Container = """{"lifecycle":{"preStop":{"exec":{"command":["sleep","3"]}}}}""",
                Steps = [new(CourseAction.Evict, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 3.3), (Completed, 1), (Gone, 0)],
                Events = Stopped,
                ReplacedIn = Gone,
            },
            new("agent", Heeds)
            {
                Kind = "DaemonSet",
                Steps = [new(CourseAction.Delete, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 0.3), (Completed, 1), (Gone, 0)],
                Events = Stopped,
                ReplacedIn = Completed,
            },
            new("job", "trap 'exit 143' TERM; " + Server)
            {
                Kind = "Job",
                Spec = """{"restartPolicy":"Never"}""",
                Annotations = """{"complete-after":"600"}""",
                Steps = [new(CourseAction.Evict, Serving, Settled)],
                Course = [.. Start, (Serving, 2), (Terminating, 0.3), ("Failed unready Error:143 terminating", 1), (Gone, 0)],
                Events = Stopped,
                ReplacedIn = Gone,
            },
        ];

    private static CourseScenario[] Kubelets =>
        [
            new("dead", Ignores)
            {
                Spec = """{"terminationGracePeriodSeconds":6}""",
                Annotations = """{"slow-terminate":"ignore"}""",
                Steps =
                [
                    new(CourseAction.StopKubelet, Serving),
                    new(CourseAction.Delete, Serving, 2),
                    new(CourseAction.StartKubelet, Terminating, 8),
                ],
                Course = [.. Start, (Serving, 2), (Terminating, 15), (Killed, 1), (Gone, 0)],
                Events = Stopped,
            },
            new("paused", Heeds)
            {
                Steps = [new(CourseAction.PauseKubelet, Serving), new(CourseAction.ContinueKubelet, NotReady, 2)],
                // The grace period of nodes depends on the cluster, and a kubelet repairs the status of its pods every ten seconds.
                Course = [.. Start, (Serving, double.NaN), (Unready, double.NaN), (Serving, 0)],
                NodeCourse = [(Ready, double.NaN), (NotReady, 12), (Ready, 0)],
            },
        ];
}
