using System.Text;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers;

namespace NodeManager.Server.Tests;

/// <summary>An autoscaler with one pool of simulated machines in the cluster of a session.</summary>
internal static class AutoscalerDemo
{
    /// <summary>Installs and starts it. Whoever asks cancels it.</summary>
    public static async Task<RunningOperation> StartAsync(NodeManagerSession session)
    {
        await foreach (
            AutoscalerObject _ in AutoscalerInstaller.InstallAsync(
                session,
                NodeSmithNames.DefaultNamespace,
                TimeSpan.FromMinutes(3),
                static _ => Task.FromResult(true),
                NullObserver.Instance,
                default
            )
        )
        {
            // All of them.
        }

        await CreateAsync(session, "NodeSmithProvider", "sim", """{"type":"simulated"}""");
        await CreateAsync(session, "NodeSmithControlPlane", "plane", """{"pools":["small"]}""");
        await CreateAsync(
            session,
            "NodeSmithPool",
            "small",
            """{"providerRef":"sim","limits":{"minNodes":2,"maxNodes":5,"cpuCores":0,"memoryMiB":0},"machineTemplate":{}}"""
        );
        BuiltInMachineProviders.Register();
        return AutoscalerHost.Start(
            session,
            new()
            {
                Namespace = NodeSmithNames.DefaultNamespace,
                Providers = session.Connection().MachineProviders(),
                Planner = new RulePlanner(),
            }
        );
    }

    /// <summary>Creates a resource of the autoscaler.</summary>
    public static Task CreateAsync(NodeManagerSession session, string kind, string name, string spec) =>
        session
            .Connection()
            .Client.SendAsync(
                HttpMethod.Post,
                $"/apis/{NodeSmithNames.ApiVersion}/namespaces/{NodeSmithNames.DefaultNamespace}/{kind.ToLowerInvariant()}s",
                new StringContent(
                    $$"""{"apiVersion":"{{NodeSmithNames.ApiVersion}}","kind":"{{kind}}","metadata":{"name":"{{name}}"},"spec":{{spec}}}""",
                    Encoding.UTF8,
                    "application/json"
                ),
                Objects.Default.JsonObject,
                RequestOptions.Default,
                default
            );
}
