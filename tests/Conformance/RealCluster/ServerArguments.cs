using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Conformance.RealCluster;

/// <summary>The command lines of a control plane's servers, for every version since 1.20.</summary>
internal sealed partial class ServerArguments(string folder, string version, int etcdPort, int peerPort, int apiPort, TimeSpan nodeGrace)
{
    public int Minor { get; } = int.Parse(MinorVersion().Match(version).Groups[1].Value, CultureInfo.InvariantCulture);

    public Uri EtcdAddress { get; } = new(Loopback("http", etcdPort));

    public IEnumerable<string> Etcd =>
        [
            "--name",
            "conformance",
            "--data-dir",
            Path.Combine(folder, "etcd"),
            "--listen-client-urls",
            Loopback("http", etcdPort),
            "--advertise-client-urls",
            Loopback("http", etcdPort),
            "--listen-peer-urls",
            Loopback("http", peerPort),
            "--initial-advertise-peer-urls",
            Loopback("http", peerPort),
            "--initial-cluster",
            "conformance=" + Loopback("http", peerPort),
            "--log-level",
            "warn",
            // The data ends with the run: nothing is lost with the machine.
            "--unsafe-no-fsync",
        ];

    // No ServiceAccount admission: pods need no controller to hand out accounts first.
    public IEnumerable<string> ApiServer =>
        [
            "--etcd-servers",
            Loopback("http", etcdPort),
            "--bind-address",
            "127.0.0.1",
            "--advertise-address",
            "127.0.0.1",
            "--secure-port",
            apiPort.ToString(CultureInfo.InvariantCulture),
            "--tls-cert-file",
            "apiserver.crt",
            "--tls-private-key-file",
            "apiserver.key",
            "--client-ca-file",
            "ca.crt",
            "--authorization-mode",
            "RBAC",
            "--disable-admission-plugins",
            "ServiceAccount",
            "--service-cluster-ip-range",
            "10.96.0.0/16",
            "--endpoint-reconciler-type",
            "none",
            "--allow-privileged",
            "--service-account-issuer",
            "https://kubernetes.default.svc",
            "--service-account-key-file",
            "sa.pub",
            "--service-account-signing-key-file",
            "sa.key",
            "--profiling=false",
            // Its metrics take a fifteenth of the server's CPU.
            "--enable-priority-and-fairness=false",
            // Lists of events are not cached, and each would read those of all tests before.
            "--event-ttl",
            "3m",
        ];

    public IEnumerable<string> ControllerManager(string kubeconfig) =>
        [
            .. Client(kubeconfig),
            // In each namespace, these two make an account with its token, and a ConfigMap, that no test needs.
            "--controllers=*,-serviceaccount,-root-ca-cert-publisher",
            "--service-account-private-key-file",
            "sa.key",
            "--node-monitor-period",
            "2s",
            "--node-monitor-grace-period",
            string.Create(CultureInfo.InvariantCulture, $"{nodeGrace.TotalSeconds}s"),
        ];

    public IEnumerable<string> Scheduler(string kubeconfig) => Client(kubeconfig);

    /// <summary>One whose configuration says all else.</summary>
    public IEnumerable<string> FurtherScheduler(string configuration) =>
        ["--config=" + configuration, "--secure-port=0", .. Minor < 24 ? ["--port=0"] : Array.Empty<string>()];

    private IEnumerable<string> Client(string kubeconfig)
    {
        yield return "--kubeconfig=" + kubeconfig;
        yield return "--leader-elect=false";
        yield return "--kube-api-qps=300";
        yield return "--kube-api-burst=600";
        yield return "--profiling=false";
        // They serve nothing that we ask for. Until 1.23 there was a plain HTTP port as well.
        yield return "--secure-port=0";
        if (Minor < 24)
            yield return "--port=0";
    }

    private static string Loopback(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}");

    [GeneratedRegex(@"v1\.(\d+)")]
    private static partial Regex MinorVersion();
}
