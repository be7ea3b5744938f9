using System.Globalization;

namespace NodeManager.Sandbox.Seeding;

/// <summary>A second scheduler, a Deployment with its configuration in a ConfigMap.</summary>
internal static class SchedulerSeed
{
    private const string Namespace = "kube-system";
    private const string Name = "rescheduler-scheduler";
    private const string ConfigMap = "rescheduler-config";

    public static void Write(SeedWriter writer, DeploymentSeeds deployments, int minorVersion)
    {
        writer.Add(
            BuiltInKinds.ConfigMaps,
            Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = ConfigMap },
                ["data"] = new JsonObject { ["config.yaml"] = Configuration(minorVersion) },
            },
            TimeSpan.FromDays(90)
        );
        string image = string.Create(
            CultureInfo.InvariantCulture,
            $"registry.example.com/platform/rescheduler-scheduler:v1.{minorVersion}.2"
        );
        deployments.Add(
            new(Namespace, Name, 1, image, 100, 128) { PriorityClass = "system-cluster-critical" },
            static template =>
            {
                template["metadata"]!.AsObject().Ensure("labels")["app"] = Name;
                JsonObject spec = template["spec"]!.AsObject();
                JsonObject container = spec["containers"]![0]!.AsObject();
                container["command"] = new JsonArray("/bin/kube-scheduler", "--config=/etc/kubernetes/config.yaml", "--v=2");
                container["volumeMounts"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "config",
                        ["mountPath"] = "/etc/kubernetes",
                        ["readOnly"] = true,
                    }
                );
                spec["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "config",
                        ["configMap"] = new JsonObject { ["name"] = ConfigMap },
                    }
                );
            }
        );
    }

    // Each release supports some configuration versions.
    private static string Configuration(int minorVersion)
    {
        string version =
            minorVersion < 22 ? "v1beta1"
            : minorVersion < 25 ? "v1beta2"
            : "v1";
        string configuration = $"""
            apiVersion: kubescheduler.config.k8s.io/{version}
            kind: KubeSchedulerConfiguration
            profiles:
            - schedulerName: rescheduler-scheduler
              plugins:
                filter:
                  enabled:
                  - name: Rescheduler
                score:
                  enabled:
                  - name: Rescheduler
                reserve:
                  enabled:
                  - name: Rescheduler
                preBind:
                  enabled:
                  - name: Rescheduler
              pluginConfig:
              - name: Rescheduler
                args:
                  cpuThreshold: 80.0
                  memoryThreshold: 80.0
                  excludedNamespaces:
                  - kube-system
                  - kube-public
                  enableSchedulingOptimization: true
                  enablePreventiveRescheduling: true
                  cpuScoreWeight: 0.6
                  memoryScoreWeight: 0.4
                  loadBalanceBonus: 10.0
                  enableReschedulingController: true
                  reschedulingInterval: "30s"
            leaderElection:
              leaderElect: true
              resourceName: rescheduler-scheduler
              resourceNamespace: kube-system

            """;
        return configuration.ReplaceLineEndings("\n");
    }
}
