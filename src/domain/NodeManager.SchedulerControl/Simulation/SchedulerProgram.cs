using System.Globalization;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.SchedulerControl.Simulation;

/// <summary>How a start of a scheduler turns out.</summary>
/// <param name="ExitCode">Null: it runs.</param>
/// <param name="Log">What it writes.</param>
/// <param name="Lease">By namespace and name, where it takes part in a leader election.</param>
public sealed record SchedulerStart(int? ExitCode, string Log, (string Namespace, string Name)? Lease);

/// <summary>What a kube-scheduler does when it is started with a configuration: for clusters whose containers are simulated.</summary>
public static class SchedulerProgram
{
    private const string Name = "kube-scheduler";

    /// <summary>How a start turns out; null where it is not a scheduler, or its configuration is not in a readable file.</summary>
    /// <param name="image">With its tag.</param>
    /// <param name="command">Command and arguments.</param>
    /// <param name="readFile">Reads a file of the container; null where there is none.</param>
    /// <param name="now">For the log.</param>
    public static SchedulerStart? Start(string image, IReadOnlyList<string> command, Func<string, string?> readFile, DateTimeOffset now)
    {
        if (ConfigurationMount.Value(command, "--config") is not { Length: > 0 } path || !IsScheduler(image, command))
            return null;
        var stamp = now.ToString("MMdd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        SchedulerStart Failed(string why) => new(1, $"E{stamp}       1 run.go:74] \"command failed\" err=\"{why}\"\n", null);
        if (readFile(path) is not { } text)
            return Failed($"open {path}: no such file or directory");
        SchedulerDocument document;
        try
        {
            document = SchedulerDocument.Parse(text, path);
        }
        catch (NodeManagerException refused)
        {
            return Failed(refused.Message);
        }

        var minor = SchedulerApi.MinorOfImage(image);
        var errors = SchedulerConfigurationValidator
            .Validate(document, new ValidationOptions { Minor = minor, IsStock = SchedulerApi.IsStockImage(image) })
            .Where(finding => finding.Severity == "Error")
            .Select(finding => $"{finding.Path}: {finding.Message}")
            .ToList();
        if (errors.Count > 0)
            return Failed(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
        var election = LeaderElectionSettings.Of(document, command);
        var log =
            $"I{stamp}       1 serving.go:386] Generated self-signed cert in-memory\n"
            + $"I{stamp}       1 server.go:154] \"Starting Kubernetes Scheduler\" version=\"v1.{minor ?? SchedulerApi.NewestMinor}\"\n"
            + (
                election.IsOn
                    ? $"I{stamp}       1 leaderelection.go:257] attempting to acquire leader lease {election.Namespace}/{election.Name}...\n"
                    : ""
            );
        return new(null, log, election.IsOn ? (election.Namespace, election.Name) : null);
    }

    private static bool IsScheduler(string image, IReadOnlyList<string> command) =>
        image.Contains("scheduler", StringComparison.OrdinalIgnoreCase)
        || (command.Count > 0 && command[0].EndsWith(Name, StringComparison.Ordinal));
}
