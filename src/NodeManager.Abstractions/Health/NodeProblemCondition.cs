namespace NodeManager;

/// <summary>
/// Types of conditions that the node problem detector writes: True is a problem, False is normal. Other detectors have other types. Source: the
/// configuration files of https://github.com/kubernetes/node-problem-detector.
/// </summary>
public static class NodeProblemCondition
{
    public const string ContainerRuntimeUnhealthy = nameof(ContainerRuntimeUnhealthy);
    public const string CorruptDockerOverlay2 = nameof(CorruptDockerOverlay2);
    public const string CperHardwareErrorFatal = nameof(CperHardwareErrorFatal);
    public const string DiskBadBlock = nameof(DiskBadBlock);
    public const string FrequentContainerdRestart = nameof(FrequentContainerdRestart);
    public const string FrequentDockerRestart = nameof(FrequentDockerRestart);
    public const string FrequentKubeletRestart = nameof(FrequentKubeletRestart);
    public const string FrequentUnregisterNetDevice = nameof(FrequentUnregisterNetDevice);
    public const string KernelDeadlock = nameof(KernelDeadlock);
    public const string KubeProxyUnhealthy = nameof(KubeProxyUnhealthy);
    public const string KubeletUnhealthy = nameof(KubeletUnhealthy);
    public const string NtpProblem = "NTPProblem";
    public const string ReadonlyFilesystem = nameof(ReadonlyFilesystem);
    public const string XfsShutdown = nameof(XfsShutdown);

    /// <summary>All of them.</summary>
    public static ItemList<string> All { get; } =
        new([
            ContainerRuntimeUnhealthy,
            CorruptDockerOverlay2,
            CperHardwareErrorFatal,
            DiskBadBlock,
            FrequentContainerdRestart,
            FrequentDockerRestart,
            FrequentKubeletRestart,
            FrequentUnregisterNetDevice,
            KernelDeadlock,
            KubeProxyUnhealthy,
            KubeletUnhealthy,
            NtpProblem,
            ReadonlyFilesystem,
            XfsShutdown,
        ]);
}
