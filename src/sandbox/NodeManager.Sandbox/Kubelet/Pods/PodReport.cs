namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>What a kubelet reports of a pod.</summary>
internal sealed record PodReport
{
    /// <summary>Pending, Running, Succeeded or Failed.</summary>
    public required string Phase { get; init; }

    /// <summary>True for running pods that are ready.</summary>
    public bool IsReady { get; init; }

    /// <summary>True between two attempts to pull a missing image.</summary>
    public bool IsPullBackedOff { get; init; }

    public required string Now { get; init; }

    public required string HostAddress { get; init; }

    /// <summary>Empty before the pod has a network.</summary>
    public string PodAddress { get; init; } = "";

    /// <summary>Of a completed pod's containers; null: 0, or 1 if it failed.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The minor version of Kubernetes.</summary>
    public required int Minor { get; init; }

    public bool IsOver => Phase is "Succeeded" or "Failed";
}
