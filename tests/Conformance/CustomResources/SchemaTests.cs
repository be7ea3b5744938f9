using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.CustomResources;

/// <summary>What the schema of a custom kind makes of its objects.</summary>
public sealed class SchemaTests
{
    private const string Schema = """
        {
          "type": "object", "required": ["size"],
          "properties": {
            "size": { "type": "integer", "minimum": 1, "maximum": 10 },
            "exclusive": { "type": "integer", "maximum": 5, "exclusiveMaximum": true },
            "step": { "type": "integer", "multipleOf": 5 },
            "name": { "type": "string", "minLength": 2, "pattern": "^[a-z]+$" },
            "color": { "type": "string", "enum": ["red", "green"], "default": "red" },
            "mode": { "type": "integer", "enum": [1, 2] },
            "port": { "x-kubernetes-int-or-string": true },
            "flag": { "type": "boolean" },
            "list": { "type": "array", "minItems": 1, "x-kubernetes-list-type": "set", "items": { "type": "string" } },
            "ports": {
              "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
              "items": { "type": "object", "required": ["port"], "properties": {
                "port": { "type": "integer" }, "protocol": { "type": "string", "default": "TCP" }, "note": { "type": "string" } } }
            },
            "labels": { "type": "object", "additionalProperties": { "type": "integer" } },
            "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": { "known": { "type": "string" } } },
            "template": { "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
            "nothing": { "type": "string", "nullable": true },
            "when": { "type": "string", "format": "date-time" },
            "address": { "type": "string", "format": "ipv4" },
            "deep": { "type": "object", "default": {}, "properties": { "a": { "type": "string", "default": "x" }, "b": { "type": "object", "properties": { "c": { "type": "integer", "default": 3 } } } } },
            "either": { "type": "object", "properties": { "x": { "type": "string" }, "y": { "type": "string" } }, "oneOf": [ { "required": ["x"] }, { "required": ["y"] } ] },
            "any": { "type": "object", "properties": { "x": { "type": "string" }, "y": { "type": "string" } }, "anyOf": [ { "required": ["x"] }, { "required": ["y"] } ] },
            "both": { "type": "integer", "allOf": [ { "minimum": 2 }, { "maximum": 4 } ] },
            "not5": { "type": "integer", "not": { "enum": [5] } }
          }
        }
        """;

    // What is given, and the field and the words of one of the causes (both as all servers from 1.20 to 1.36 have them).
    private static readonly (string Spec, string Field, string Message)[] Refused =
    [
        ("{}", "spec.size", "Required value"),
        ("\"x\"", "spec", "Invalid value: \"string\": spec in body must be of type object: \"string\""),
        ("""{"size":"x"}""", "spec.size", "Invalid value: \"string\": spec.size in body must be of type integer: \"string\""),
        ("""{"size":null}""", "spec.size", "Required value"),
        ("""{"size":0}""", "spec.size", "Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ("""{"size":11}""", "spec.size", "Invalid value: 11: spec.size in body should be less than or equal to 10"),
        ("""{"size":1,"exclusive":5}""", "spec.exclusive", "Invalid value: 5: spec.exclusive in body should be less than 5"),
        ("""{"size":1,"step":7}""", "spec.step", "Invalid value: 7: spec.step in body should be a multiple of 5"),
        ("""{"size":1,"name":"a"}""", "spec.name", "Invalid value: \"a\": spec.name in body should be at least 2 chars long"),
        ("""{"size":1,"name":"AB"}""", "spec.name", "Invalid value: \"AB\": spec.name in body should match '^[a-z]+$'"),
        ("""{"size":1,"name":5}""", "spec.name", "Invalid value: \"integer\": spec.name in body must be of type string: \"integer\""),
        ("""{"size":1,"color":"blue"}""", "spec.color", "Unsupported value: \"blue\": supported values: \"red\", \"green\""),
        ("""{"size":1,"mode":3}""", "spec.mode", "Unsupported value: 3: supported values: \"1\", \"2\""),
        (
            """{"size":1,"port":true}""",
            "spec.port",
            "Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\""
        ),
        ("""{"size":1,"flag":"true"}""", "spec.flag", "Invalid value: \"string\": spec.flag in body must be of type boolean: \"string\""),
        ("""{"size":1,"list":[]}""", "spec.list", "Invalid value: 0: spec.list in body should have at least 1 items"),
        ("""{"size":1,"list":["a","a"]}""", "spec.list[1]", "Duplicate value: \"a\""),
        ("""{"size":1,"list":{}}""", "spec.list", "Invalid value: \"object\": spec.list in body must be of type array: \"object\""),
        (
            """{"size":1,"labels":{"a":"b"}}""",
            "spec.labels.a",
            "Invalid value: \"string\": spec.labels.a in body must be of type integer: \"string\""
        ),
        ("""{"size":1,"when":"x"}""", "spec.when", "Invalid value: \"x\": spec.when in body must be of type date-time: \"x\""),
        ("""{"size":1,"address":"x"}""", "spec.address", "Invalid value: \"x\": spec.address in body must be of type ipv4: \"x\""),
        (
            """{"size":1,"either":{"x":"1","y":"2"}}""",
            "<nil>",
            "Invalid value: \"\": \"spec.either\" must validate one and only one schema (oneOf). Found 2 valid alternatives"
        ),
        ("""{"size":1,"any":{}}""", "<nil>", "Invalid value: \"\": \"spec.any\" must validate at least one schema (anyOf)"),
        ("""{"size":1,"both":5}""", "spec.both", "Invalid value: 5: spec.both in body should be less than or equal to 4"),
        ("""{"size":1,"not5":5}""", "<nil>", "Invalid value: \"\": \"spec.not5\" must not validate the schema (not)"),
    ];

    [SkippableTheory]
    [AllBackends]
    public async Task An_object_that_violates_the_schema_is_refused_with_field_and_message_of_the_server(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Schema);
        foreach ((string spec, string field, string message) in Refused)
        {
            WireAnswer answer = await kind.PostAsync("refused", spec);
            Assert.True(answer.Code == HttpStatusCode.UnprocessableEntity && answer.Reason == "Invalid", $"{spec}: {answer.Text}");
            Assert.Contains(
                (field, message),
                answer.Json["details"]!["causes"]!.AsArray().Select(cause => ((string)cause!["field"]!, (string)cause["message"]!))
            );
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Unknown_fields_are_pruned_unless_the_schema_preserves_them(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Schema);

        JsonNode made = await kind.MakeAsync(
            "one",
            """
            {
              "size": 1, "strange": { "a": 1 }, "port": "http", "nothing": null, "color": null,
              "ports": [ { "port": 1, "odd": true }, { "port": 1, "protocol": "UDP" } ],
              "free": { "known": "k", "deep": [ { "x": null } ] },
              "template": { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a", "odd": 1 }, "spec": { "anything": 1 } },
              "deep": { "b": {} }
            }
            """
        );

        JsonNode expected = JsonNode.Parse(
            """
            {
              "size": 1, "port": "http", "nothing": null, "color": "red",
              "ports": [ { "port": 1, "protocol": "TCP" }, { "port": 1, "protocol": "UDP" } ],
              "free": { "known": "k", "deep": [ { "x": null } ] },
              "template": { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": { "anything": 1 } },
              "deep": { "a": "x", "b": { "c": 3 } }
            }
            """
        )!;
        Assert.True(JsonNode.DeepEquals(expected, made["spec"]), made["spec"]!.ToJsonString());
        JsonNode read = (await cluster.SendAsync("GET", kind.Path() + "/one")).Json;
        Assert.True(JsonNode.DeepEquals(expected, read["spec"]), read["spec"]!.ToJsonString());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_later_default_applies_to_existing_objects(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}"""
        );
        await kind.MakeAsync("old", """{"a":"1","b":"2"}""");

        await cluster.SendAsync(
            "PATCH",
            $"{CustomKind.Definitions}/{kind.Name}",
            """[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties","value":{"a":{"type":"string"},"c":{"type":"string","default":"new"}}}]""",
            "application/json-patch+json"
        );

        await Eventually.HoldsAsync(
            "the new schema",
            async () =>
                JsonNode.DeepEquals(
                    (await cluster.SendAsync("GET", kind.Path() + "/old")).Json["spec"],
                    JsonNode.Parse("""{"a":"1","c":"new"}""")
                )
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Unknown_fields_are_reported_as_the_client_requests(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Skip.If(cluster.Minor < 25, "field validation came with 1.25");
        CustomKind kind = await CustomKind.CreateAsync(cluster, Schema);

        WireAnswer strict = await kind.PostAsync(
            "one",
            """{"size":1,"strange":1,"ports":[{"port":1,"odd":1}]}""",
            query: "?fieldValidation=Strict"
        );

        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), (strict.Code, strict.Reason));
        Assert.Contains(
            "strict decoding error: unknown field \"spec.ports[0].odd\", unknown field \"spec.strange\"",
            (string)strict.Json["message"]!,
            StringComparison.Ordinal
        );
    }
}
