"""What stands in every made report: the long text that real reports share, too."""

from __future__ import annotations

BUSINESS = (
    "We develop, make and sell {trade} for customers in more than 60 countries. Our products are "
    "sold directly, through distributors and through retailers. Competition in all of our markets "
    "is intense and turns on price, quality, service and the speed of innovation.",
    "Unless the context requires otherwise, the terms the Company, we, us and our refer to "
    "{short} and its consolidated subsidiaries. Our fiscal year is the period for which our "
    "management reports to the board of directors.",
    "Our strategy rests on three pillars: growth of the core business, productivity across the "
    "supply chain, and disciplined allocation of capital to the opportunities with the highest "
    "returns. Raw materials are bought from many suppliers and are generally available.",
    "We hold patents, trademarks and licences that are important to the business as a whole, "
    "though no single one is material. Our operations are subject to laws on the environment, "
    "on competition, on trade and on the protection of personal data.",
)
RISKS: tuple[tuple[str, str], ...] = (
    ("Economic conditions could reduce demand for our products.",
     "Demand for {trade} depends on the general state of the economy, on employment, on interest "
     "rates and on consumer confidence. A downturn could lower our revenue, our margins and our "
     "cash flows, and could impair the value of goodwill, inventories and long-lived assets."),
    ("We face intense competition.",
     "Competitors with greater resources may reduce prices, introduce better products or spend "
     "more on research and development and on marketing. If we do not respond, our sales, our "
     "market share and our operating income could decline materially."),
    ("Disruption of our supply chain could harm us.",
     "We rely on suppliers for raw materials, components and logistics. Shortages, strikes, "
     "natural disasters or the failure of a supplier could raise our cost of sales, delay "
     "shipments and increase inventories beyond what we can sell."),
    ("Breaches of information security could be costly.",
     "Our systems hold data of customers, employees and partners. Attacks have become more "
     "frequent and sophisticated. A breach could interrupt operations, expose us to claims and "
     "fines, and harm our reputation, whatever we spend on protection."),
    ("We may not be able to attract and retain talent.",
     "Our success depends on the people who work for us. Competition for qualified employees is "
     "strong, wages have risen, and the loss of key people could delay our plans."),
    ("Changes in tax law could raise our effective tax rate.",
     "Our effective tax rate depends on the countries in which we earn income, on changes in the "
     "law, and on the outcome of audits. A higher rate would reduce net income and cash."),
    ("Our debt could limit our flexibility.",
     "Our long-term debt requires that we use part of our operating cash flow for interest and "
     "repayment. Covenants may limit dividends, share repurchases, acquisitions and capital "
     "expenditures. A lower rating would raise the cost of borrowing."),
    ("Acquisitions may not bring the benefits that we expect.",
     "We have made acquisitions and expect to make more. Integration may divert management, cost "
     "more than planned or fail, and goodwill may have to be written down."),
    ("Currency movements affect our results.",
     "A large part of our sales is made outside the United States. A stronger dollar reduces "
     "reported sales and earnings; hedges cover only part of the exposure."),
    ("We are party to legal proceedings.",
     "Lawsuits, investigations and claims on products, patents, employment and competition could "
     "result in damages, fines and costs, the amount of which cannot be predicted."),
    ("Regulation of {trade} could become stricter.",
     "New rules on safety, the environment or trade could require capital expenditures, raise "
     "costs or prohibit products. Compliance may take years and its cost is hard to estimate."),
    ("We may not pay dividends or repurchase shares in the future.",
     "The board decides on dividends and on purchases of our common stock. Its decision depends "
     "on results, cash, debt and other factors; past payments do not assure future ones."),
    ("Climate change could affect our business.",
     "Extreme weather may damage property, plant and equipment, interrupt suppliers and raise the "
     "price of insurance and energy. Rules on emissions may require investments."),
    ("Impairment of assets could reduce our income.",
     "We test goodwill and intangible assets for impairment each year. Lower expectations or a "
     "higher discount rate could lead to a charge that reduces net income materially."),
    ("A pandemic could disrupt our business.",
     "Public health measures may close plants and stores, disrupt transport and reduce demand. "
     "The duration and the extent of such effects are uncertain."),
)  # fmt: skip
RESULTS = (
    ("Overview",
     "{sales} {moved} {change} in fiscal {year} compared with fiscal {before}. Volume, price and "
     "currency contributed to the change. Demand for {trade} remained solid in most regions."),
    ("Gross margin",
     "Gross margin as a percentage of {sales_lower} changed from fiscal {before} to fiscal {year} "
     "with the mix of products, the cost of materials and productivity in our plants."),
    ("Operating expenses",
     "Selling, general and administrative expenses and spending on research and development "
     "moved broadly with {sales_lower}, while we continued to invest in systems and brands."),
    ("Liquidity and capital resources",
     "Cash from operations, cash on hand and access to credit are sufficient for capital "
     "expenditures, dividends, share repurchases, acquisitions and the repayment of debt in the "
     "next twelve months. We expect capital spending next year to be near that of fiscal {year}."),
    ("Critical accounting estimates",
     "Estimates on revenue, inventories, goodwill, income taxes and contingencies require "
     "judgment. Actual results may differ from them, and the difference may be material."),
    ("Income taxes",
     "Taxes are provided on the income of each jurisdiction at the rates in force there."),
)  # fmt: skip
MARKET = (
    "We are exposed to changes in interest rates, currencies and the prices of commodities. We "
    "use derivative instruments to reduce the exposure and do not hold them for trading.",
    "A hypothetical change of 10 percent in exchange rates would not have had a material effect "
    "on the fair value of our instruments. A change of 100 basis points in interest rates would "
    "change annual interest expense by an amount that is not material.",
)
CONTROLS = (
    "Our chief executive officer and chief financial officer concluded that our disclosure "
    "controls and procedures were effective as of {end}.",
    "There was no change in internal control over financial reporting that has materially "
    "affected, or is reasonably likely to materially affect, our internal control.",
)
NOTES = (
    ("Basis of presentation",
     "The consolidated statements include the accounts of the company and its subsidiaries. "
     "Intercompany balances are eliminated. Estimates affect the reported amounts."),
    ("Revenue recognition",
     "Revenue is recognized when control of goods or services passes to the customer, in the "
     "amount that we expect to receive. Returns and discounts are estimated."),
    ("Inventories",
     "Inventories are stated at the lower of cost and net realizable value. Cost is determined "
     "by the first-in, first-out method for most inventories."),
    ("Property, plant and equipment",
     "Property, plant and equipment are stated at cost and depreciated on a straight-line basis "
     "over useful lives of 3 to 40 years. Maintenance is expensed as incurred."),
    ("Goodwill and intangible assets",
     "Goodwill is tested for impairment each year in the fourth quarter. Intangible assets with "
     "finite lives are amortized over the period in which they bring benefits."),
    ("Debt",
     "Long-term debt consists of senior notes with fixed rates and of borrowings under a credit "
     "facility. We were in compliance with all covenants."),
    ("Leases",
     "We lease buildings, vehicles and equipment. Right-of-use assets and lease liabilities are "
     "recognized at the present value of the payments."),
    ("Income taxes",
     "Deferred taxes are recognized for differences between the carrying amounts and the tax "
     "bases of assets and liabilities. A valuation allowance is recorded where needed."),
    ("Retirement plans",
     "We sponsor defined benefit and defined contribution plans. Benefits depend on service and "
     "pay. Plan assets are held in trusts and consist of shares and bonds."),
    ("Shareholders' equity",
     "The board has authorized the repurchase of common stock. Dividends are declared each "
     "quarter. Stock-based compensation is recognized over the vesting period."),
    ("Commitments and contingencies",
     "We are involved in legal proceedings in the ordinary course of business. A liability is "
     "recorded when a loss is probable and can be estimated."),
    ("Segment information",
     "We report the segments by which our chief operating decision maker allocates resources. "
     "Sales of each segment to outside customers were as follows."),
)  # fmt: skip
