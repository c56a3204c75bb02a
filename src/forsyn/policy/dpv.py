"""Terms of the W3C Data Privacy Vocabulary, extension Personal Data (https://w3id.org/dpv/pd), version 2.0.

A policy file writes them as ``pd:EmailAddress``. Spelling is the vocabulary's own, slips included.
"""

PREFIX = "pd:"
NAMESPACE = "https://w3id.org/dpv/pd#"

TERMS = frozenset(
    """
    External Financial Historical Household Internal Profile Social Tracking

    Accent AccountIdentifier Acquantaince Age AgeExact AgeRange ApartmentOwned Association Attitude
    Authenticating AuthenticationHistory BankAccount Behavioral Biometric BirthDate BirthPlace BloodType
    BrowserFingerprint BrowserHistory BrowsingBehavior BrowsingReferral CallLog CarOwned Character
    Citizenship City Communication CommunicationsMetadata Connection Contact Country CountryOfBirth Credit
    CreditCapacity CreditCardNumber CreditRecord CreditScore CreditStanding CreditWorthiness Criminal
    CriminalCharge CriminalConviction CriminalOffense CriminalPardon CurrentEmployment DNACode Demeanor
    Demographic DeviceApplications DeviceBased DeviceOperatingSystem DeviceSoftware Dialect
    DigitalFingerprint Disability DisciplinaryAction Dislike Divorce Domicile DrugTestResult Education
    EducationExperience EducationQualification EmailAddress EmailAddressPersonal EmailAddressWork
    EmailContent EmploymentHistory EthnicOrigin Ethnicity FacialPrint Family FamilyHealthHistory
    FamilyStructure Favorite FavoriteColor FavoriteFood FavoriteMusic Fetish FinancialAccount
    FinancialAccountNumber FinancialStatus Fingerprint Friend GPSCoordinate Gender GeneralReputation Genetic
    Geographic GroupMembership GroupProfile HairColor Health HealthHistory HealthRecord Height HouseNumber
    HouseOwned IPAddress Identifier Identifying Income IncomeBracket IndividualHealthHistory
    IndividualProfile Insurance Intention Interaction Interest Job KnowledgeBelief Language LifeHistory Like
    LinkClicked LoanRecord Locality Location MACAddress MaritalStatus Marriage MedicalHealth MentalHealth
    Name Nationality OfficialID Offspring Opinion Ownership PINCode Parent Passport Password PastEmployment
    PaymentCard PaymentCardExpiry PaymentCardNumber PerformanceAtWork PersonalDocuments PersonalPossession
    Personality PhilosophicalBelief PhysicalAddress PhysicalCharacteristic PhysicalHealth PhysicalTrait
    Picture Piercing PlaceOfBirth PoliticalAffiliation PoliticalOpinion PostalCode Preference Prescription
    PrivacyPreference Proclivity Professional ProfessionalCertification ProfessionalEvaluation
    ProfessionalInterview PublicLife PubliclyAvailableSocialMedia Purchase PurchasesAndSpendingHabit Race
    Reference Region Relationship Reliability Religion ReligiousBelief Residency Retina RoomNumber Salary
    Sale School SecretText ServiceConsumptionBehavior Sexual SexualHistory SexualPreference Sibling SkinTone
    SocialMedia SocialMediaCommunication SocialNetwork SocialStatus Street TVViewingBehavior Tattoo Tax
    TelephoneNumber Thought TradeUnionMembership Transaction Transactional TravelHistory UID UserAgent
    Username VehicalLicenseNumber VehicalLicenseRegistration Vehicle VehicleLicense VehicleUsage
    VoiceCommunicationRecording VoiceMail Weight WorkEnvironment WorkHistory
    """.split()  # noqa: SIM905 - a block of words reads better than two hundred quoted ones
)
