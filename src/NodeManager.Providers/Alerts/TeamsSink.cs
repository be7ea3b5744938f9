using System.Text.Json.Nodes;

namespace NodeManager.Providers.Alerts;

/// <summary>
/// An Adaptive Card for a Workflows URL of Microsoft Teams, at most 28 KB. Source:
/// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
/// </summary>
internal static class TeamsSink
{
    private const int LongestText = 4000;

    public static JsonObject Body(NodeAlert alert) =>
        new()
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(
                new JsonObject
                {
                    ["contentType"] = "application/vnd.microsoft.card.adaptive",
                    ["contentUrl"] = null,
                    ["content"] = new JsonObject
                    {
                        ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                        ["type"] = "AdaptiveCard",
                        ["version"] = "1.4",
                        ["fallbackText"] = ChatText.Truncate($"{ChatText.Title(alert)}: {alert.Message}", LongestText),
                        ["msteams"] = new JsonObject { ["width"] = "Full" },
                        ["body"] = new JsonArray(
                            Text(
                                ChatText.Title(alert),
                                new()
                                {
                                    ["size"] = "Large",
                                    ["weight"] = "Bolder",
                                    ["color"] = Color(alert),
                                }
                            ),
                            Text(alert.Message, []),
                            new JsonObject
                            {
                                ["type"] = "FactSet",
                                ["facts"] = new JsonArray([
                                    .. ChatText
                                        .Facts(alert)
                                        .Select(static fact => new JsonObject
                                        {
                                            ["title"] = fact.Name,
                                            ["value"] = Escape(ChatText.Truncate(fact.Value, LongestText)),
                                        }),
                                ]),
                            },
                            Text($"Alert {alert.TransitionId}", new() { ["size"] = "Small", ["isSubtle"] = true })
                        ),
                    },
                }
            ),
        };

    private static JsonObject Text(string text, JsonObject style)
    {
        style["type"] = "TextBlock";
        style["text"] = Escape(ChatText.Truncate(text, LongestText));
        style["wrap"] = true;
        return style;
    }

    private static string Color(NodeAlert alert) =>
        alert.Status == NodeAlertStatus.Resolved ? "Good"
        : alert.Severity == NodeFindingSeverity.Critical ? "Attention"
        : "Warning";

    // Cards render Markdown: text of a cluster must not become a link.
    private static string Escape(string text) =>
        text.Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
