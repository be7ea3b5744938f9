using System.Globalization;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;

namespace NodeManager.SchedulerControl.Simulation;

/// <summary>The result of starting a scheduler.</summary>
/// <param name="ExitCode">Null: it runs.</param>
/// <param name="Lease">The Lease of its leader election, by namespace and name.</param>
public sealed record SchedulerStart(int? ExitCode, string Log, (string Namespace, string Name)? Lease);

/// <summary>Simulates the start of a kube-scheduler: for clusters whose containers are simulated.</summary>
public static class SchedulerProgram
{
    private const string Name = "kube-scheduler";

    /// <summary>Null if it is not a scheduler, or if its configuration is not a readable file.</summary>
    /// <param name="image">With its tag.</param>
    /// <param name="command">Command and arguments.</param>
    /// <param name="readFile">Reads a file of the container; null if it is missing.</param>
    /// <param name="now">The time in the log.</param>
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
