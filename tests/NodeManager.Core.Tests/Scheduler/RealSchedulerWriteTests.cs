using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Tests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Core.Tests.Scheduler;

/// <summary>A real kube-scheduler judges what commands write into a cluster.</summary>
public sealed class RealSchedulerWriteTests
{
    [SkippableFact]
    public async Task The_real_scheduler_starts_with_written_and_restored_configurations()
    {
        var api = RealScheduler.Api();
        using var cluster = SandboxCluster.Start(new() { Nodes = 0, Version = $"1.{RealScheduler.Minor}" });
        using var session = await SessionFactory.ConnectAsync(
            "sandbox",
            cluster.Server,
            cluster.CreateTransport(),
            null,
            NullLogger.Instance,
            TimeProvider.System,
            default
        );
        var map = new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new() { Name = "scheduler", Namespace = "default" },
            Data = new()
            {
                ["config.yaml"] = RealScheduler.Configuration(api, "profiles:\n- schedulerName: a # one\n- schedulerName: b\n"),
            },
        };
        await session.Connection().Client.CreateAsync(Resources.ConfigMaps, map, "default", RequestOptions.Default, default);
        var scheduler = Assert.Single(
            await SchedulerFinder.FindAsync(session, new() { Namespace = "default", ConfigMap = "scheduler" }, default)
        );
        async Task<string> ChangeAsync(string action, Func<string, string> edit)
        {
            var change = new SchedulerChange
            {
                Action = action,
                Edit = edit,
                Minor = RealScheduler.Minor,
            };
            return (await SchedulerConfigurationWriter.ChangeAsync(session, scheduler, change, NullObserver.Instance, default))
                .Document
                .Text;
        }

        List<string> texts =
        [
            await ChangeAsync(
                "disable",
                SchedulerChange.OfDocument(
                    scheduler,
                    document => PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }, RealScheduler.Minor).Document
                )
            ),
            await ChangeAsync(
                "enable",
                SchedulerChange.OfDocument(
                    scheduler,
                    document =>
                        PluginEditor
                            .Enable(
                                document,
                                new PluginChange
                                {
                                    Name = "ImageLocality",
                                    SchedulerNames = ["b"],
                                    Weight = 4,
                                },
                                RealScheduler.Minor
                            )
                            .Document
                )
            ),
        ];
        var first = await SchedulerBackups.FindAsync(session, scheduler, 1, default);
        texts.Add(await ChangeAsync("restore", _ => first.Text));

        Assert.All(
            texts,
            text =>
            {
                var (starts, output, _) = RealScheduler.Try(text);
                Assert.True(starts, output.TrimEnd().Split('\n')[^1] + '\n' + text);
            }
        );
        Assert.Equal(first.Text, texts[^1]);
    }
}
