using System.Collections.Concurrent;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>Start, readiness, crashes and completion.</summary>
internal sealed partial class PodWorker
{
    /// <summary>Between the end of a container and its restart without back-off.</summary>
    private const double RestartSeconds = 0.1;

    /// <summary>Between the end of the containers and the terminal phase of a pod that is not restarted.</summary>
    private const double CompletionSeconds = 1;

    /// <summary>How long before a restart the back-off is visible.</summary>
    private const double VisibleSeconds = 0.2;

    /// <summary>Failed pulls by pod.</summary>
    private readonly ConcurrentDictionary<string, int> _failedPulls = new(StringComparer.Ordinal);

    private void Start(ObjectKey key, StoredObject stored, Pod pod, Node node)
    {
        if (pod.Status.ContainerStatuses is null)
        {
            Report(stored, ReportOf(pod, node, "Pending", hasNetwork: false));
            Enqueue(key);
            return;
        }

        if (!IsDue(key, stored.Uid, "start", () => StartSeconds(stored, pod)))
            return;
        if (ImagePulls.HasMissing(pod))
        {
            FailPull(key, stored, pod, node);
            return;
        }

        _steps.Remove(key);
        Context.Runs.Start(
            stored,
            Registry.Now,
            SimulatedCommand.Of(stored, node) ?? SimulatedCrash.Of(pod),
            SimulatedCrash.StartsBefore(pod)
        );
        string phase = pod.AsksFor("fail") ? "Failed" : "Running";
        bool isReady = phase == "Running" && WantsReady(key, stored, pod);
        Report(stored, ReportOf(pod, node, phase, isReady));
        foreach (Container container in pod.Spec.Containers)
            PodEvents.Started(Context, stored, container);
        if (phase == "Running" && !isReady && pod.SimulationSeconds("ready-after") > 0)
            PodEvents.Unhealthy(Context, stored);
    }

    private double StartSeconds(StoredObject stored, Pod pod) =>
        0.1 + (0.3 * Context.Share(stored.Uid)) + (pod.SimulationSeconds("start-delay") ?? 0) + Slowness(stored);

    /// <summary>Fails to pull an image, and alternates between attempt and back-off.</summary>
    private void FailPull(ObjectKey key, StoredObject stored, Pod pod, Node node)
    {
        PodReport report = ReportOf(pod, node, "Pending");
        int attempts = _failedPulls.GetValueOrDefault(stored.Uid);
        Container container = pod.Spec.Containers.First(static one => ImagePulls.IsMissing(one.Image));
        bool isNever =
            stored.ToJson().Object("spec").Objects("containers").First(one => one.Text("name") == container.Name).Text("imagePullPolicy")
            == "Never";
        if (!_steps.Has(key, stored.Uid, "pull") || IsDue(key, stored.Uid, "pull", static () => 0))
        {
            _failedPulls[stored.Uid] = ++attempts;
            _steps.Remove(key, "back-off");
            Report(stored, report);
            PodEvents.PullFailed(Context, stored, container, isNever);
            IsDue(
                key,
                stored.Uid,
                "pull",
                () => LooksOf(stored, attempts, BackOffLooks.DefaultSeconds + ImagePulls.BackOffSeconds(attempts)).Last
            );
        }

        if (!isNever && IsDueOnce(key, stored.Uid, "back-off", () => LooksOf(stored, attempts, BackOffLooks.DefaultSeconds).First))
        {
            Report(stored, report with { IsPullBackedOff = true });
            PodEvents.PullBackedOff(Context, stored, container);
        }

        // The pod starts over as soon as its image is changed.
        _steps.GetOrAdd(key, stored.Uid, "start", () => Context.Now);
    }

    private void Supervise(ObjectKey key, StoredObject stored, Pod pod, Node node)
    {
        if (pod.AsksFor("fail"))
        {
            Report(stored, ReportOf(pod, node, "Failed"));
            return;
        }

        if (HasNewEphemeral(stored))
            StartEphemeral(stored);
        PodRun? run = RunOf(stored, pod, node);
        if (run is { IsCrashing: true })
        {
            Restart(key, stored, pod, node, run);
            return;
        }

        bool isReady = WantsReady(key, stored, pod);
        if (pod.IsReady() != isReady && !_steps.Has(key, stored.Uid, "completed"))
        {
            Report(stored, ReportOf(pod, node, "Running", isReady));
            if (!isReady)
                PodEvents.Unhealthy(Context, stored);
        }

        if (run?.Last.End is { ExitCode: not 0 } end && pod.Spec.RestartPolicy != "Never")
        {
            if (!IsDue(key, stored.Uid, "crash", () => end.After.TotalSeconds))
                return;
            Context.Runs.Crash(stored.Uid);
            Report(stored, ReportOf(pod, node, "Running"));
        }
        else if (pod.Spec.RestartPolicy is not (null or "Always"))
            Finish(key, stored, pod, node, run);
    }

    private static bool HasNewEphemeral(StoredObject stored) =>
        stored.Pattern is null
        && stored.ToJson() is var document
        && document.Object("spec").Array("ephemeralContainers") is { Count: > 0 } wanted
        && wanted.Count > (document.Object("status").Array("ephemeralContainerStatuses")?.Count ?? 0);

    private void StartEphemeral(StoredObject stored)
    {
        List<string> started = [];
        UpdateStatus(stored, document => started = PodStatusWriter.StartEphemeral(document, Registry.Now, Context.MinorVersion));
        foreach (JsonObject container in stored.ToJson().Object("spec").Objects("ephemeralContainers"))
            if (container.Text("name") is { } name && started.Contains(name))
                PodEvents.Started(Context, stored, new() { Name = name, Image = container.Text("image") });
    }

    /// <summary>The program of a running pod. The annotation <c>crash</c> may come and go while it runs.</summary>
    private PodRun? RunOf(StoredObject stored, Pod pod, Node node)
    {
        PodRun? run = Context.Runs.Find(stored.Uid);
        if (run is null && (SimulatedCommand.Of(stored, node) ?? SimulatedCrash.Of(pod)) is { } known)
            return Context.Runs.Start(stored, Registry.Now, known, SimulatedCrash.StartsBefore(pod));
        return run;
    }

    /// <summary>Restarts a container that has crashed, immediately or after its back-off.</summary>
    private void Restart(ObjectKey key, StoredObject stored, Pod pod, Node node, PodRun run)
    {
        PodReport report = ReportOf(pod, node, "Running");
        bool isCured = run.Last.IsAnnotated && SimulatedCrash.Of(pod) is null;
        if (pod.Spec.RestartPolicy == "Never")
        {
            Report(stored, report with { Phase = "Failed", ExitCode = run.Last.ExitCode });
            return;
        }

        if (!_steps.Has(key, stored.Uid, "restart"))
        {
            _steps.Remove(key, "ready");
            Report(stored, report);
            if (run.BackOffSeconds > 0)
                PodEvents.BackedOff(Context, stored, pod);
        }

        BackOffLooks looks = LooksOf(stored, run.Starts, run.BackOffSeconds);
        if (looks.Last > 0 && !isCured && !IsDue(key, stored.Uid, "restart", () => looks.Last))
        {
            if (IsDueOnce(key, stored.Uid, "back-off", () => Math.Min(looks.First, looks.Last - VisibleSeconds)))
                Report(stored, report, isBackedOff: true);
            return;
        }

        if (looks.Last == 0 && !isCured && !IsDue(key, stored.Uid, "restart", static () => RestartSeconds))
            return;
        _steps.Remove(key);
        PodRun? next = Context.Runs.Start(stored, Registry.Now, SimulatedCrash.Of(pod));
        bool isReady = next?.IsCrashing != true && WantsReady(key, stored, pod);
        Report(stored, report with { IsReady = isReady });
        PodEvents.Started(Context, stored, pod.Spec.Containers[0]);
        Enqueue(key);
    }

    private BackOffLooks LooksOf(StoredObject stored, int attempt, double backOff) =>
        BackOffLooks.Of(backOff, Context.MinorVersion, look => Context.Share($"{stored.Uid}/{attempt}/{look}"));

    /// <summary>Ends a pod that is not restarted: by itself, or at its deadline.</summary>
    private void Finish(ObjectKey key, StoredObject stored, Pod pod, Node node, PodRun? run)
    {
        SimulatedEnd? end = run?.Last.End;
        bool isJob = pod.Controller() is { Kind: "Job" };
        double? seconds = pod.SimulationSeconds("complete-after") ?? end?.After.TotalSeconds ?? (isJob ? 1 : null);
        if (stored.ToJson().Object("spec").Number("activeDeadlineSeconds") is { } deadline && !(seconds < deadline))
        {
            if (IsDue(key, stored.Uid, "deadline", () => deadline))
                Report(stored, ReportOf(pod, node, "Failed", exitCode: PodTermination.Killed), reason: "DeadlineExceeded");
        }
        else if (seconds is { } after && (_steps.Has(key, stored.Uid, "completed") || IsDue(key, stored.Uid, "finish", () => after)))
        {
            if (!_steps.Has(key, stored.Uid, "completed"))
                UpdateStatus(stored, item => PodStatusWriter.Complete(item, end?.ExitCode ?? 0, Registry.Now, Context.MinorVersion));
            if (!IsDue(key, stored.Uid, "completed", static () => CompletionSeconds))
                return;
            Report(stored, ReportOf(pod, node, end is { ExitCode: not 0 } ? "Failed" : "Succeeded", exitCode: end?.ExitCode));
            if (end?.Reboots == true && Store.Get(BuiltInKinds.Nodes, "", node.Metadata.Name) is { } machine)
                NodeBoot.Record(Context, machine);
        }
    }

    private bool WantsReady(ObjectKey key, StoredObject stored, Pod pod)
    {
        JsonObject? spec = stored.ToJson().Object("spec");
        bool isCrashing = Context.Runs.Find(stored.Uid) is { IsCrashing: true };
        bool isKept =
            isCrashing
            || pod.AsksFor("not-ready")
            || Context.Faults.IsHit(SandboxFaultKind.PodUnready, stored, Store)
            || (!pod.IsReady() && Context.Faults.IsHit(SandboxFaultKind.PodNeverReady, stored, Store));
        if (isKept)
        {
            _steps.Remove(key, "ready");
            double failing = isCrashing || !pod.IsReady() ? 0 : ContainerProbes.FailureDelay(spec, Elapsed(pod));
            return failing > 0 && !IsDue(key, stored.Uid, "unready", () => failing);
        }

        _steps.Remove(key, "unready");
        if (pod.IsReady())
            return true;
        return !ContainerProbes.Has(spec)
            || IsDue(
                key,
                stored.Uid,
                "ready",
                () => ContainerProbes.Delay(spec, Elapsed(pod), pod.SimulationSeconds("ready-after") ?? 0) + Slowness(stored)
            );
    }

    /// <summary>Seconds since the last container of a pod started.</summary>
    private double Elapsed(Pod pod) =>
        pod.Status.ContainerStatuses?.Max(static one => one.State?.Running?.StartedAt) is { } started
            ? Math.Max(0, (Context.Now - started).TotalSeconds)
            : 0;
}
