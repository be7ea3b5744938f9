using NodeManager.Maintenance.Options;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class ResumeCommandTests
{
    [Theory]
    [InlineData("", false, "Invoke-NodeMaintenance -ResumeId r1")]
    [InlineData("", true, "Invoke-NodeMaintenance -ResumeId r1")]
    [InlineData(" patch $_ ", false, "Invoke-NodeMaintenance -ResumeId r1 -ScriptBlock { patch $_ }")]
    [InlineData("patch $using:a", true, "Invoke-NodeMaintenance -ResumeId r1 -ScriptBlock { patch $using:a } -Parallel")]
    [InlineData("two\nlines", true, "Invoke-NodeMaintenance -ResumeId r1 -ScriptBlock $theSameScriptBlock -Parallel")]
    public void The_resume_command_names_the_run_and_its_options(string work, bool isParallel, string expected) =>
        Assert.Equal(expected, ResumeCommand.Of("r1", new MaintenanceRequest { WorkText = work, IsWorkParallel = isParallel }));
}
