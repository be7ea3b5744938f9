namespace NodeManager.Conformance.RealCluster;

/// <summary>The programs that <c>KUBEBUILDER_ASSETS</c> offers.</summary>
internal sealed record ServerBinaries(string Etcd, string ApiServer, string? ControllerManager, string? Scheduler)
{
    private const string Variable = "KUBEBUILDER_ASSETS";

    public bool HasControllers => this is { ControllerManager: not null, Scheduler: not null };

    /// <summary>Null, and why, where there is no real API server to be had.</summary>
    public static ServerBinaries? Find(out string reason)
    {
        reason = "";
        string? folder = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
            reason = $"{Variable} is not set (a folder with etcd and kube-apiserver; tests/real-cluster/build-kubernetes.sh makes one)";
        else if (OperatingSystem.IsWindows())
            reason = "the control plane does not run on Windows";
        else if (InFolder("etcd") is not { } etcd)
            reason = $"{Variable}={folder} has no etcd";
        else if (InFolder("kube-apiserver") is not { } apiServer)
            reason = $"{Variable}={folder} has no kube-apiserver";
        else
            return new(etcd, apiServer, InFolder("kube-controller-manager"), InFolder("kube-scheduler"));
        return null;

        string? InFolder(string name) => File.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : null;
    }

    /// <summary>As <see cref="Find"/>; null, and why, also where a controller manager or a scheduler is missing.</summary>
    public static ServerBinaries? FindWithControllers(out string reason)
    {
        ServerBinaries? found = Find(out reason);
        if (found is not { HasControllers: false })
            return found;
        reason = $"{Variable} has no kube-controller-manager and kube-scheduler";
        return null;
    }
}
