namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>
/// The fields of a <c>KubeSchedulerConfiguration</c> by API version and release. Source: the API's reference documentation.
/// </summary>
internal static class ConfigurationSchema
{
    private const string Extenders =
        "[{urlPrefix: string, filterVerb: string, preemptVerb: string, prioritizeVerb: string, weight: int64, bindVerb: string, enableHTTPS: bool, "
        + "tlsConfig: {insecure: bool, serverName: string, certFile: string, keyFile: string, caFile: string, certData: bytes, keyData: bytes, caData: bytes}, "
        + "httpTimeout: durationNotNull, nodeCacheCapable: bool, managedResources: [{name: string, ignoredByScheduler: bool}], ignorable: bool}]";

    private const string Common =
        "apiVersion: string, kind: string, parallelism: int32, "
        + "leaderElection: {leaderElect: bool, leaseDuration: durationNotNull, renewDeadline: durationNotNull, retryPeriod: durationNotNull, resourceLock: string, "
        + "resourceName: string, resourceNamespace: string}, "
        + "clientConnection: {kubeconfig: string, acceptContentTypes: string, contentType: string, qps: float32, burst: int32}, "
        + "enableProfiling: bool, enableContentionProfiling: bool, percentageOfNodesToScore: int32, podInitialBackoffSeconds: int64, "
        + "podMaxBackoffSeconds: int64, extenders: "
        + Extenders;

    public static ValueSchema Of(SchedulerApi api, int minor)
    {
        var set = "{enabled: [{name: string, weight: int32}], disabled: [{name: string, weight: int32}]}";
        var points = string.Join(", ", ExtensionPoints.Of(api, minor).Select(point => $"{point}: {set}"));
        var profile =
            "{schedulerName: string, plugins: {"
            + points
            + "}, pluginConfig: [{name: string, args: any}]"
            + (minor >= 26 && api == SchedulerApi.V1 ? ", percentageOfNodesToScore: int32}" : "}");
        var more =
            api == SchedulerApi.V1Beta1 || api == SchedulerApi.V1Beta2 ? ", healthzBindAddress: string, metricsBindAddress: string" : "";
        if (api == SchedulerApi.V1 && minor >= 28)
            more += ", delayCacheUntilActive: bool";
        return ArgumentSchemas.Get("{" + Common + more + ", profiles: [" + profile + "]}");
    }
}
