import Testing

struct SchemaTests {
    /// A schema that accepts everything would make every other test of output worthless.
    @Test(arguments: Schema.allCases)
    func aSchemaRefusesAnEmptyDocument(_ schema: Schema) throws {
        let complaints = try schema.complaints(about: ["{}"])
        #expect(complaints.contains { $0.contains("'schema' is a required property") })
        #expect(complaints.count >= 5)
    }
}
