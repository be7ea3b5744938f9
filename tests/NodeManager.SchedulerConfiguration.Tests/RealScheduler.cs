using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.Testing;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>
/// The kube-scheduler in the folder that KUBEBUILDER_ASSETS names. With --write-config-to it reads, defaults and validates a configuration,
/// creates every plugin and ends.
/// </summary>
internal static class RealScheduler
{
    private static readonly string? Binary = Find();

    /// <summary>Its minor release of Kubernetes 1; 0 where there is no scheduler.</summary>
    public static int Minor { get; } = Binary is null ? 0 : SchedulerApi.MinorOf(Run("--version").Output) ?? 0;

    public static SchedulerApi Api()
    {
        Skip.If(Binary is null, "KUBEBUILDER_ASSETS names no folder with a kube-scheduler.");
        return SchedulerApi.All.Last(api => api.IsReadBy(Minor));
    }

    public static string Configuration(SchedulerApi api, string body) => Configuration(api, new SchedulerCase("", body, true));

    public static string Configuration(SchedulerApi api, SchedulerCase example)
    {
        List<(string Field, string Yaml)> fields =
        [
            ("clientConnection", "{\"kubeconfig\": \"KUBECONFIG\"}"),
            ("leaderElection", "{\"leaderElect\": false}"),
        ];
        if (Minor < 23)
            fields.AddRange([("healthzBindAddress", "\"ADDRESS\""), ("metricsBindAddress", "\"ADDRESS\"")]);
        return example.Text(api.Name, [.. fields]);
    }

    public static (bool Starts, string Output, string Written) Try(string text)
    {
        using var folder = new TemporaryFolder();
        var kubeconfig = folder.Write(
            "kubeconfig",
            """
            {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
             "users": [{"name": "u", "user": {}}], "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}
            """
        );
        var configuration = folder.Write(
            "configuration.yaml",
            text.Replace("KUBECONFIG", kubeconfig, StringComparison.Ordinal).Replace("ADDRESS", FreeAddress(), StringComparison.Ordinal)
        );
        var written = folder.Path("written.yaml");
        var (code, output) = Run("--config", configuration, "--write-config-to", written, "--secure-port", "0", "-v", "2");
        return (code == 0 && File.Exists(written), output, File.Exists(written) ? File.ReadAllText(written) : "");
    }

    // Until 1.23 it listens without being asked, by default where another scheduler of this machine does; no flag turns that off.
    private static string FreeAddress()
    {
        while (true)
        {
            using TcpListener listener = new(IPAddress.Loopback, Random.Shared.Next(15000, 30000));
            try
            {
                listener.Start();
                return listener.LocalEndpoint.ToString()!;
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Binary!, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
                // Collecting garbage takes a quarter of the CPU time of a process that is this short.
                Environment = { ["GOGC"] = "off" },
            },
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill();
            return (-1, "does not end");
        }

        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static string? Find()
    {
        var folder = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var path = Path.Combine(folder ?? "", "kube-scheduler");
        return folder is { Length: > 0 } && File.Exists(path) ? path : null;
    }
}
