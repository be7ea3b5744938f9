using NodeManager.Providers.Files;

namespace NodeManager.Core.Tests.Scheduler;

/// <summary>Files with the configuration of a scheduler that was exported.</summary>
public sealed class SchedulerExportTests
{
    [SkippableFact]
    public void An_export_is_readable_by_its_owner_only()
    {
        Skip.If(OperatingSystem.IsWindows(), "Modes of Unix.");
        // For the analyzer, which does not know Skip.
        if (OperatingSystem.IsWindows())
            return;
        string folder = Directory.CreateTempSubdirectory("export").FullName,
            file = Path.Combine(folder, "scheduler.yaml");
        try
        {
            SchedulerFiles.Export(file, "kind: KubeSchedulerConfiguration\n", null, false, default);
            UnixFileMode created = File.GetUnixFileMode(file);
            File.SetUnixFileMode(file, created | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            SchedulerFiles.Export(file, "kind: KubeSchedulerConfiguration\n", null, true, default);

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, created);
            Assert.Equal(created, File.GetUnixFileMode(file));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
