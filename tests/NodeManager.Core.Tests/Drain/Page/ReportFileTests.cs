using NodeManager.Providers.Reports;

namespace NodeManager.Core.Tests.Drain.Page;

public sealed class ReportFileTests
{
    [Theory]
    [InlineData("r.csv")]
    [InlineData("r.JSON")]
    [InlineData("folder/r.xml")]
    [InlineData("r.pdf")]
    public void A_report_is_not_written_under_the_name_of_another_format(string path)
    {
        NodeManagerException refused = Assert.Throws<NodeManagerException>(() => DrainReportFile.RequireFormat(path));

        Assert.Equal((ErrorIds.ReportFormatUnsupported, ErrorKind.InvalidArgument), (refused.ErrorId, refused.Kind));
        Assert.Contains("Export-Csv", refused.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(
            refused.ErrorId,
            Assert
                .Throws<NodeManagerException>(() => DrainReportFile.Write(path, [], DateTimeOffset.UnixEpoch, false, false, default))
                .ErrorId
        );
    }

    [Fact]
    public void A_report_can_have_another_format_of_its_own()
    {
        Assert.Null(Record.Exception(static () => DrainReportFile.RequireFormat("r.json", ".json")));
        Assert.Throws<NodeManagerException>(static () => DrainReportFile.RequireFormat("r.csv", ".json"));
    }

    [Theory]
    [InlineData("r.html")]
    [InlineData("r.HTM")]
    [InlineData("report")]
    [InlineData("report.")]
    public void A_page_has_the_extension_of_one_or_none(string path) =>
        Assert.Null(Record.Exception(() => DrainReportFile.RequireFormat(path)));
}
